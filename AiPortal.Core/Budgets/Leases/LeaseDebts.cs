using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>What this node owes the database: money to give back, and the question how a cell stands whose answer was lost. Thread-safe.</summary>
internal sealed class LeaseDebts(BudgetCells cells, ILeaseBank bank)
{
    private readonly Lock _gate = new();
    private readonly HashSet<BudgetCell> _owing = [];
    private List<LeaseRecall> _recalls = [];

    /// <summary>Another node asks for what is not held here.</summary>
    public void Recalled(LeaseRecall recall)
    {
        lock (_gate)
            _recalls.Add(recall);
    }

    /// <summary>What no call holds of a cell is out of use at once and goes back.</summary>
    public void GiveUp(BudgetCell cell)
    {
        if (Locked(cell, c => c.GiveUp()))
            Owe(cell);
    }

    public void Owe(BudgetCell cell)
    {
        lock (_gate)
            _owing.Add(cell);
    }

    /// <summary>Finds out how doubtful cells stand, returns what is to be returned, answers recalls.</summary>
    public async Task SettleAsync(CancellationToken token)
    {
        List<LeaseRecall> recalls;
        lock (_gate)
            (recalls, _recalls) = (_recalls, []);
        await ReturnAsync(Owing(), cell => cell.Lease.Doubtful ? 0 : null, [], token);
        foreach (var recall in recalls)
        {
            if (!cells.TryEnter(recall.Key, out var cell))
                continue;
            cell.Exit();
            GiveUp(cell);
        }

        var owing = Owing();
        await ReturnAsync(owing, cell => cell.Lease.Returning > 0 ? cell.Lease.Returning : null, recalls, token);
        lock (_gate)
        {
            foreach (var cell in owing)
            {
                if (Locked(cell, c => c.Lease is { Doubtful: false, Returning: var rest } && rest == 0))
                    _owing.Remove(cell);
            }
        }
    }

    private BudgetCell[] Owing()
    {
        lock (_gate)
            return [.. _owing];
    }

    private async Task ReturnAsync(BudgetCell[] owing, Func<BudgetCell, Int128?> amountOf, List<LeaseRecall> done, CancellationToken token)
    {
        var chosen = new List<BudgetCell>();
        var returns = new List<LeaseReturn>();
        foreach (var cell in owing.OrderBy(cell => cell.Key, BudgetCellKey.DatabaseOrder))
        {
            cell.Enter();
            var (amount, epoch) = (amountOf(cell), cell.Lease.Epoch);
            cell.Exit();
            if (amount is not { } some)
                continue;
            chosen.Add(cell);
            returns.Add(new LeaseReturn(cell.Key, epoch, Usd.FromPico(some)));
        }

        if (returns.Count == 0 && done.Count == 0)
            return;
        var answers = await OrDoubtAsync(() => bank.ReturnAsync(returns, done, token), chosen);
        for (var i = 0; i < chosen.Count; i++)
        {
            var cell = chosen[i];
            cell.Enter();
            var doubted = cell.Lease is { Doubtful: true, Returning: var unknown } && unknown > 0;
            cell.Lease.Heard(answers[i]);
            if (doubted)
                cell.GiveUp();
            cell.Exit();
        }
    }

    /// <summary>When nobody knows whether a statement came through, its cells are doubtful.</summary>
    public async Task<T> OrDoubtAsync<T>(Func<Task<T>> statement, IReadOnlyCollection<BudgetCell> concerned)
    {
        try
        {
            return await statement();
        }
        catch
        {
            foreach (var cell in concerned)
            {
                Locked(cell, c => c.Lease.Doubtful = true);
                Owe(cell);
            }

            throw;
        }
    }

    private static T Locked<T>(BudgetCell cell, Func<BudgetCell, T> look)
    {
        cell.Enter();
        try
        {
            return look(cell);
        }
        finally
        {
            cell.Exit();
        }
    }
}

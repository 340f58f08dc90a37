using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>An amount that a call holds of one cell.</summary>
public readonly record struct BudgetHeld(BudgetCellKey Key, decimal Amount, CountedUnit Unit);

/// <summary>
/// What one attempt holds of every budget of its chain. It ends once, in one of three ways; whichever comes first counts,
/// and every later one does nothing and answers false. Thread-safe.
/// </summary>
public sealed class BudgetHold
{
    private readonly (BudgetCell Cell, Int128 Amount, CountedUnit Unit)[] _cells;
    private readonly OvershootExposure? _exposure;
    private readonly Int128 _exposed;
    private int _ended;

    internal BudgetHold((BudgetCell Cell, Int128 Amount, CountedUnit Unit)[] cells, OvershootExposure? exposure, Int128 exposed)
    {
        _cells = cells;
        _exposure = exposure;
        _exposed = exposed;
        _exposure?.Add(exposed);
    }

    /// <summary>What is held, cell by cell: what the journal's intent must carry.</summary>
    public IReadOnlyList<BudgetHeld> Lines =>
        Array.ConvertAll(_cells, held => new BudgetHeld(held.Cell.Key, Usd.FromPico(held.Amount), held.Unit));

    /// <summary>Replaces the hold by what the call took, which may be more than it held.</summary>
    /// <param name="usd">What it cost.</param>
    /// <param name="tokens">All that it used.</param>
    /// <param name="requests">One where the provider served it.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is negative.</exception>
    public bool Settle(decimal usd, long tokens = 0, int requests = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(usd);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(requests);
        var cost = Usd.ToPico(Usd.Round12(usd));
        if (!TryEnd())
            return false;
        foreach (var (cell, amount, unit) in _cells)
        {
            var spent = unit switch
            {
                CountedUnit.Usd => cost,
                CountedUnit.Tokens => Usd.ToPico(tokens),
                CountedUnit.Requests => Usd.ToPico(requests),
            };
            cell.End(amount, spent, unknown: 0);
        }

        return true;
    }

    /// <summary>Gives everything back: nothing was sent, or the provider refused it.</summary>
    public bool Release()
    {
        if (!TryEnd())
            return false;
        foreach (var (cell, amount, _) in _cells)
            cell.End(amount, spent: 0, unknown: 0);

        return true;
    }

    /// <summary>Keeps every amount as unknown: the provider may have accepted the call, and nobody knows what it cost.</summary>
    public bool Unknown()
    {
        if (!TryEnd())
            return false;
        foreach (var (cell, amount, _) in _cells)
            cell.End(amount, spent: 0, unknown: amount);

        return true;
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return false;
        _exposure?.Add(-_exposed);
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Money;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>
/// Where a call goes when the node's slices do not suffice. One round trip at a time serves all who wait, so a burst of calls
/// costs a few statements, not one each. A call is refused only after the database has said no, and, where other nodes have
/// leased some of the budget, after they had the chance to return what they do not hold. Thread-safe.
/// </summary>
internal sealed class LeaseDesk(BudgetCells cells, ILeaseBank bank, LeaseTerm term, LeaseOptions options, LeaseMetrics metrics, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BudgetCellKey, LeaseQueue> _queues = [];
    private readonly LeaseDebts _debts = new(cells, bank);
    private int _kicks;

    /// <summary>Rises with every configuration: an answer that was on its way meanwhile may be about an older one.</summary>
    public required Func<long> Generation { get; init; }

    /// <summary>Waits for room in a cell; the answer may come after the caller has lost his patience.</summary>
    public Task<LeaseVerdict> AskAsync(BudgetLine line, Period period, OrganizationCalendar calendar, Int128 amount)
    {
        metrics.Waited();
        var waiter = new LeaseWaiter(amount);
        lock (_gate)
        {
            var key = new BudgetCellKey(line.BudgetId, line.PeriodType, period.Start);
            if (!_queues.TryGetValue(key, out var queue))
                _queues[key] = queue = new LeaseQueue(line, period, calendar);
            queue.Waiters.Add(waiter);
        }

        Kick();
        return waiter.Verdict;
    }

    /// <summary>Returns what no call holds of these cells; it is out of use at once.</summary>
    public void Return(IEnumerable<BudgetCell> returned)
    {
        foreach (var cell in returned)
            _debts.GiveUp(cell);
        Kick();
    }

    /// <summary>More was spent of a cell than leases had left: nobody may go on with what he has.</summary>
    public void Overdrawn(BudgetCellKey key)
    {
        if (!cells.TryEnter(key, out var cell))
            return;
        cell.Lease.Surrendered = true;
        cell.Exit();
        Return([cell]);
    }

    /// <summary>Another node asks for what is not held here.</summary>
    public void Recalled(LeaseRecall recall)
    {
        _debts.Recalled(recall);
        Kick();
    }

    /// <summary>Another node has answered a recall of this one.</summary>
    public void Answered(Guid number, Guid node)
    {
        lock (_gate)
        {
            if (_queues.Values.FirstOrDefault(queue => queue.Recall == number) is not { } queue || !queue.Awaited.Remove(node) || queue.Awaited.Count > 0)
                return;
        }

        Kick();
    }

    /// <summary>Does what there is to do, on this thread as far as nothing is waited for.</summary>
    public void Kick()
    {
        if (Interlocked.Increment(ref _kicks) == 1)
            _ = WorkAsync();
    }

    private async Task WorkAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _kicks);
            try
            {
                using var limit = new CancellationTokenSource(options.Statement, clock);
                await _debts.SettleAsync(limit.Token);
                limit.CancelAfter(options.Statement);
                await TakeAsync(limit.Token);
            }
#pragma warning disable CA1031 // Whatever it was, nobody may be left waiting; the cells concerned are asked about before they are used again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                logger.LogWarning("Budgets could not be leased: {Fault}", fault.Message);
                TellAll(LeaseVerdict.Away);
            }
        }
        while (Interlocked.CompareExchange(ref _kicks, 0, seen) != seen);
    }

    private async Task TakeAsync(CancellationToken token)
    {
        var asked = new List<(LeaseQueue Queue, IReadOnlyList<LeaseWaiter> Waiters, BudgetCell Cell)>();
        var asks = new List<LeaseAsk>();
        LeaseQueue[] ready;
        lock (_gate)
            ready = [.. _queues.Values.Where(IsReady).OrderBy(queue => queue.Key, BudgetCellKey.DatabaseOrder)];
        foreach (var queue in ready)
        {
            if (!TryAsk(queue, out var waiters, out var cell, out var ask))
                continue;
            asked.Add((queue, waiters, cell));
            asks.Add(ask);
        }

        if (asks.Count == 0)
            return;
        var generation = Generation();
        metrics.Took();
        var answers = await _debts.OrDoubtAsync(() => bank.TakeAsync(asks, token), asked.ConvertAll(one => one.Cell));
        var recalls = new List<LeaseRecall>();
        for (var i = 0; i < asked.Count; i++)
            Conclude(asked[i].Queue, asked[i].Waiters, asked[i].Cell, answers[i], generation, recalls);
        if (recalls.Count == 0)
            return;
        await bank.RecallAsync(recalls, token);
        _ = KickLaterAsync();
    }

    /// <summary>False when it need not, or cannot yet, be asked.</summary>
    private bool TryAsk(LeaseQueue queue, out IReadOnlyList<LeaseWaiter> waiters, [NotNullWhen(true)] out BudgetCell? cell, out LeaseAsk ask)
    {
        lock (_gate)
            waiters = [.. queue.Waiters.Where(waiter => !waiter.Verdict.IsCompleted)];
        ask = default;
        if (waiters.Count == 0 || !cells.TryEnter(queue.Key, out cell))
        {
            cell = null;
            Tell(queue, LeaseVerdict.TryAgain, waiters);
            return false;
        }

        var (room, lease) = (cell.Room, cell.Lease);
        var (least, sum) = (waiters[0].Amount, Int128.Zero);
        foreach (var waiter in waiters)
            (least, sum) = (Int128.Min(least, waiter.Amount), sum + waiter.Amount);
        // Before anything is asked for it must be known how things stand, and what is on its way back must have arrived: the
        // database still counts it as leased, and would refuse for want of it.
        var owing = lease.Doubtful || (lease.Surrendered && cell.GiveUp()) || (lease.Returning > 0 && (lease.Surrendered || room < least));
        var needless = lease.Unlimited || (room >= least && !lease.Surrendered);
        if (!owing && !needless)
            ask = new LeaseAsk(queue.Key, queue.Period.End, queue.Calendar, lease.Epoch, Usd.FromPico(least - room), Usd.FromPico(sum - room), queue.Recall is not null);
        cell.Exit();
        if (owing)
        {
            _debts.Owe(cell);
            Kick();
        }
        else if (needless)
            Tell(queue, LeaseVerdict.TryAgain, waiters);
        return !owing && !needless;
    }

    private void Conclude(
        LeaseQueue queue, IReadOnlyList<LeaseWaiter> waiters, BudgetCell cell, LeaseAnswer answer, long generation, List<LeaseRecall> recalls)
    {
        cell.Enter();
        if (answer.Outcome is LeaseOutcome.Granted or LeaseOutcome.Refused or LeaseOutcome.Epoch)
            cell.Lease.Heard(answer.Standing);
        if (answer.Outcome is LeaseOutcome.Granted or LeaseOutcome.Refused)
            cell.Glean(Usd.ToPico(answer.Spent), Usd.ToPico(answer.Unknown), answer.Version);
        if (answer.Outcome == LeaseOutcome.Unlimited && generation == Generation())
            cell.Lease.Unlimited = true;
        if (answer.Outcome == LeaseOutcome.Granted && generation == Generation())
            cell.Lease.Surrendered = false;
        var view = LeaseVerdict.View(cell, answer, queue.Period);
        cell.Exit();

        switch (answer.Outcome)
        {
            case LeaseOutcome.Granted or LeaseOutcome.Unlimited or LeaseOutcome.Epoch:
                Tell(queue, LeaseVerdict.TryAgain, waiters);
                break;
            case LeaseOutcome.Refused when queue.Recall is null && answer.Holders.Length > 0:
                var number = Guid.CreateVersion7(clock.GetUtcNow());
                lock (_gate)
                    queue.Recalled(number, answer.Holders, clock.GetTimestamp());
                metrics.Recalled();
                recalls.Add(new LeaseRecall(bank.NodeId, number, queue.Key));
                break;
            case LeaseOutcome.Refused:
                metrics.Refused(waiters.Count);
                Tell(queue, new LeaseVerdict(view, false), waiters);
                break;
            case LeaseOutcome.Calendar:
                Tell(queue, LeaseVerdict.Away, waiters);
                break;
            case LeaseOutcome.WrittenOff:
                term.Stop(LeaseTerm.WrittenOff);
                Tell(queue, LeaseVerdict.Away, waiters);
                break;
        }
    }

    /// <summary>Not while other nodes have time to answer.</summary>
    private bool IsReady(LeaseQueue queue) =>
        queue.Recall is null || queue.Awaited.Count == 0 || clock.GetElapsedTime(queue.RecalledAt) >= options.Recall;

    private async Task KickLaterAsync()
    {
        await Task.Delay(options.Recall + TimeSpan.FromMilliseconds(1), clock);
        Kick();
    }

    private void Tell(LeaseQueue queue, LeaseVerdict verdict, IReadOnlyCollection<LeaseWaiter> waiters)
    {
        bool more;
        lock (_gate)
        {
            queue.Remove(waiters);
            more = queue.Waiters.Count > 0;
            if (!more && _queues.TryGetValue(queue.Key, out var kept) && kept == queue)
                _queues.Remove(queue.Key);
        }

        foreach (var waiter in waiters)
            waiter.Tell(verdict);
        if (more)
            Kick();
    }

    private void TellAll(LeaseVerdict verdict)
    {
        LeaseQueue[] queues;
        lock (_gate)
        {
            queues = [.. _queues.Values];
            _queues.Clear();
        }

        foreach (var waiter in queues.SelectMany(queue => queue.Waiters))
            waiter.Tell(verdict);
    }
}

using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>What a waiting call is told.</summary>
/// <param name="Refused">The database's numbers, when it has no room; else the call tries again.</param>
/// <param name="Unavailable">Nobody can say now.</param>
internal readonly record struct LeaseVerdict(BudgetView? Refused, bool Unavailable)
{
    public static LeaseVerdict TryAgain => default;

    public static LeaseVerdict Away => new(null, true);

    /// <summary>
    /// A cell by the database's numbers, with what calls of this node have held and settled since they were written. Other
    /// nodes' slices count as held. Only inside the cell's lock.
    /// </summary>
    public static BudgetView View(BudgetCell cell, LeaseAnswer answer, Period period)
    {
        var spent = Usd.ToPico(answer.Spent) + cell.PendingSpent;
        var unknown = Usd.ToPico(answer.Unknown) + cell.PendingUnknown;
        var held = Usd.ToPico(answer.Leased) - cell.Lease.Owned + cell.Held;
        // Drained a moment ago and not confirmed yet: it is in both.
        if (held < 0)
            (spent, held) = (spent + held, 0);
        return new BudgetView(answer.Limit, Usd.FromPico(spent), Usd.FromPico(held), Usd.FromPico(unknown), period);
    }
}

/// <summary>A call that waits for room in a cell.</summary>
internal sealed class LeaseWaiter(Int128 amount)
{
    private readonly TaskCompletionSource<LeaseVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it wants to hold, in pico-dollars.</summary>
    public Int128 Amount => amount;

    public Task<LeaseVerdict> Verdict => _verdict.Task;

    public void Tell(LeaseVerdict verdict) => _verdict.TrySetResult(verdict);
}

/// <summary>The calls that wait for room in one cell. Guarded by the desk's lock.</summary>
internal sealed class LeaseQueue(BudgetLine line, Period period, OrganizationCalendar calendar)
{
    public BudgetLine Line => line;

    public Period Period => period;

    public OrganizationCalendar Calendar => calendar;

    public BudgetCellKey Key { get; } = new(line.BudgetId, line.PeriodType, period.Start);

    public List<LeaseWaiter> Waiters { get; } = [];

    /// <summary>The other nodes have been asked to return what they do not hold, under this number.</summary>
    public Guid? Recall { get; private set; }

    /// <summary>Monotonic instant of the recall.</summary>
    public long RecalledAt { get; private set; }

    /// <summary>Nodes that have not answered it.</summary>
    public HashSet<Guid> Awaited { get; private set; } = [];

    public void Recalled(Guid number, Guid[] holders, long at) => (Recall, Awaited, RecalledAt) = (number, [.. holders], at);

    /// <summary>These have been told; who came since begins anew.</summary>
    public void Remove(IReadOnlyCollection<LeaseWaiter> told)
    {
        var gone = told.ToHashSet();
        Waiters.RemoveAll(waiter => gone.Contains(waiter) || waiter.Verdict.IsCompleted);
        (Recall, Awaited) = (null, []);
    }
}

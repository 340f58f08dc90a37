using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>
/// The counters of one line in one period, in pico-dollars. Every member but the lock is read and written inside it; the
/// lock is held for a handful of additions and never over I/O. All counters move together or not at all, so at any moment
/// the limit is what remains plus what is held, spent and unknown.
/// </summary>
internal sealed class BudgetCell(BudgetCellKey key)
{
    private int _locked;

    public BudgetCellKey Key { get; } = key;

    /// <summary>Last value confirmed by the database.</summary>
    public Int128 SpentInDb { get; set; }

    public Int128 UnknownInDb { get; set; }

    /// <summary>
    /// Settled here, not yet drained. Below zero for a moment when the writer drains a call whose hold is still open: what
    /// the database then already counts is not counted twice.
    /// </summary>
    public Int128 PendingSpent { get; set; }

    public Int128 PendingUnknown { get; set; }

    /// <summary>Held by calls in flight.</summary>
    public Int128 Held { get; set; }

    /// <summary>Calls in flight, those that hold nothing (a free model) included.</summary>
    public int Open { get; set; }

    /// <summary>False while the cell stands in for a line that was never loaded; then the first load still counts.</summary>
    public bool Seeded { get; set; }

    /// <summary>Taken out of the book: whoever finds it so must look its key up again.</summary>
    public bool Retired { get; set; }

    public Int128 Spent => SpentInDb + PendingSpent;

    public Int128 Unknown => UnknownInDb + PendingUnknown;

    public Int128 Taken => Spent + Unknown + Held;

    /// <summary>True when no call and no drain will come back to it.</summary>
    public bool IsQuiet => Open == 0 && PendingSpent == 0 && PendingUnknown == 0;

    public void Enter()
    {
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref _locked, 1, 0) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    public void Exit() => Volatile.Write(ref _locked, 0);

    /// <summary>The line has been loaded, and the database had nothing for this period.</summary>
    public void MarkSeeded()
    {
        Enter();
        Seeded = true;
        Exit();
    }

    /// <summary>Adds a call in flight. Only inside the lock.</summary>
    public void Hold(Int128 amount)
    {
        Held += amount;
        Open++;
    }

    /// <summary>Ends a call in flight: its hold becomes spend, or unknown, or nothing.</summary>
    public void End(Int128 held, Int128 spent, Int128 unknown)
    {
        Enter();
        Held -= held;
        Open--;
        PendingSpent += spent;
        PendingUnknown += unknown;
        Exit();
    }

    /// <summary>The counters at one moment. Only inside the lock.</summary>
    public BudgetView View(decimal limit, Period period) => new(
        limit, Usd.FromPico(Spent), Usd.FromPico(Held), Usd.FromPico(Unknown), period);
}

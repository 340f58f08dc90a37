using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>
/// The counters of one line in one period, in pico-dollars. Every member but the lock is read and written inside it; the
/// lock is held for a handful of additions and never over I/O.
/// </summary>
internal sealed class BudgetCell(BudgetCellKey key)
{
    private int _locked;
    private long _version = -1;

    public BudgetCellKey Key { get; } = key;

    /// <summary>Last value confirmed by the database.</summary>
    public Int128 SpentInDb { get; private set; }

    public Int128 UnknownInDb { get; private set; }

    /// <summary>
    /// Settled here, not yet drained. Below zero for a moment when the writer drains a call whose hold is still open: what
    /// the database then already counts is not counted twice.
    /// </summary>
    public Int128 PendingSpent { get; set; }

    public Int128 PendingUnknown { get; set; }

    /// <summary>Held by calls in flight.</summary>
    public Int128 Held { get; private set; }

    /// <summary>Calls in flight, those that hold nothing (a free model) included.</summary>
    public int Open { get; private set; }

    /// <summary>What this node has leased.</summary>
    public LeaseState Lease { get; } = new();

    /// <summary>Taken out of the book: whoever finds it so must look its key up again.</summary>
    public bool Retired { get; set; }

    public Int128 Spent => SpentInDb + PendingSpent;

    public Int128 Unknown => UnknownInDb + PendingUnknown;

    /// <summary>What further calls may hold without asking the database; below zero when calls cost more than they held.</summary>
    public Int128 Room => Lease.Granted - Held - PendingSpent - PendingUnknown;

    /// <summary>True when no call and no drain will come back to it.</summary>
    public bool IsQuiet => Open == 0 && PendingSpent == 0 && PendingUnknown == 0;

    public void Enter()
    {
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref _locked, 1, 0) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    public void Exit() => Volatile.Write(ref _locked, 0);

    /// <summary>The line has been loaded: from here on only newer amounts count. Only inside the lock.</summary>
    public void MarkLoaded() => _version = Math.Max(_version, 0);

    /// <summary>What the database says after a commit of this process, or asked by it. Older amounts are left. Only inside the lock.</summary>
    public void Learn(Int128 spent, Int128 unknown, long version)
    {
        if (version >= _version)
            (SpentInDb, UnknownInDb, _version) = (spent, unknown, version);
    }

    /// <summary>
    /// What the database said to somebody who reads. While calls of this process are being drained it may count some that are
    /// still pending here; then the next confirmation is waited for. Only inside the lock.
    /// </summary>
    public void Glean(Int128 spent, Int128 unknown, long version)
    {
        if (_version < 0 || (version > _version && PendingSpent == 0 && PendingUnknown == 0))
            (SpentInDb, UnknownInDb, _version) = (spent, unknown, Math.Max(version, 0));
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

    /// <summary>Takes out of use what no call holds, to be returned. Only inside the lock. False when there is nothing.</summary>
    public bool GiveUp() => Lease.GiveUp(Room);

    /// <summary>The counters at one moment. Only inside the lock.</summary>
    public BudgetView View(decimal limit, Period period) => new(
        limit, Usd.FromPico(Spent), Usd.FromPico(Held), Usd.FromPico(Unknown), period);
}

using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>
/// What this node knows of its lease on one cell, in pico-dollars; guarded by the cell's lock. Two running totals of the
/// database make it: what was ever taken (less what was returned), told by takes and returns in the order of their epochs, and
/// what was ever drained, told by the ledger writer in the order of its commits. Hearing either twice does no harm.
/// </summary>
internal sealed class LeaseState
{
    private Int128 _taken;
    private Int128 _drained;
    private Int128 _returning;
    private bool _known;

    /// <summary>Number of the last take or return that is known to have happened.</summary>
    public long Epoch { get; private set; }

    /// <summary>What may be held and spent.</summary>
    public Int128 Granted => _taken - _drained - _returning;

    /// <summary>What the database counts as leased by this node.</summary>
    public Int128 Owned => _taken - _drained;

    /// <summary>Taken out of use, and not yet known to have reached the database.</summary>
    public Int128 Returning => _returning;

    /// <summary>An answer is missing: before anything else the database must be asked how things stand.</summary>
    public bool Doubtful { get; set; }

    /// <summary>
    /// The limit has changed, or more was spent than leases had left: what is leased may be too much, so no call may use it before
    /// it went back and the database has granted anew.
    /// </summary>
    public bool Surrendered { get; set; }

    /// <summary>The database knows no limit for it; until the configuration is loaded anew it refuses nothing.</summary>
    public bool Unlimited { get; set; }

    /// <summary>Nothing is left to give back.</summary>
    public bool IsEmpty => _taken == _drained && !Doubtful;

    /// <summary>
    /// How things stand after a take or a return. What was drained before this process looked is learned here; after that the
    /// writer tells, in the same instant as it lets go of what was pending.
    /// </summary>
    public void Heard(LeaseStanding standing)
    {
        var (epoch, taken) = (standing.Epoch, Usd.ToPico(standing.Taken));
        if (epoch < Epoch)
            return;
        if (!_known)
            Drained(Usd.ToPico(standing.Drained));
        _known = true;
        if (epoch > Epoch)
            _returning = 0;
        (Epoch, _taken, Doubtful) = (epoch, taken, false);
    }

    /// <summary>What the ledger writer's transactions have moved out of the lease up to now.</summary>
    public void Drained(Int128 total) => _drained = Int128.Max(_drained, total);

    /// <summary>Takes unused money out of use; a return that is under way is not added to.</summary>
    public bool GiveUp(Int128 unused)
    {
        if (unused <= 0 || _returning > 0)
            return false;
        _returning = unused;
        return true;
    }
}

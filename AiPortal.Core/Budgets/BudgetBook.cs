using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>
/// Admission by budget, in memory: before a call every line of its chain holds an amount, all of them or none; afterwards
/// the hold becomes what the call cost. Amounts are USD, exact to twelve decimals. Thread-safe, and no call waits for I/O.
/// </summary>
public sealed class BudgetBook
{
    private readonly BudgetCells _cells = new();
    private readonly ConcurrentDictionary<Guid, OvershootExposure> _exposures = new();
    private readonly Lock _updating = new();
    private FrozenDictionary<(Guid, PeriodType), BudgetLine> _lines = FrozenDictionary<(Guid, PeriodType), BudgetLine>.Empty;

    /// <summary>
    /// Takes over the configuration. New limits count from the next call on, also for cells in use. <paramref name="seeds"/>,
    /// what the database has for the current periods, start cells that are not yet kept here; a cell in use keeps its own
    /// counters, which are newer. Lines no longer named are forgotten once nothing of theirs is held or undrained.
    /// </summary>
    public void Update(IReadOnlyCollection<BudgetLine> lines, IEnumerable<BudgetSeed> seeds)
    {
        lock (_updating)
        {
            var byKey = lines.ToFrozenDictionary(line => line.Key);
            foreach (var seed in seeds.Where(seed => byKey.ContainsKey(seed.Key.Line)))
                _cells.Seed(seed);
            Volatile.Write(ref _lines, byKey);
            foreach (var cell in _cells.All)
            {
                if (byKey.ContainsKey(cell.Key.Line))
                    cell.MarkSeeded();
                else
                    _cells.RetireIfQuiet(cell);
            }
        }
    }

    /// <summary>
    /// Holds an amount of every line of the chain, in the periods in which the call began, or of none. A strict line holds
    /// <paramref name="strictAmount"/>, a learned one <paramref name="learnedAmount"/>, or the strict one if that is less.
    /// A line that was updated since the chain was made counts as updated.
    /// </summary>
    public bool TryHold(
        IReadOnlyList<BudgetLine> chain,
        OrganizationCalendar calendar,
        DateTimeOffset startedAt,
        decimal strictAmount,
        decimal learnedAmount,
        [NotNullWhen(true)] out BudgetHold? hold,
        [NotNullWhen(false)] out BudgetRefusal? refusal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(strictAmount);
        ArgumentOutOfRangeException.ThrowIfNegative(learnedAmount);
        var strict = Usd.ToPico(Usd.Ceiling12(strictAmount));
        var learned = Int128.Min(strict, Usd.ToPico(Usd.Ceiling12(learnedAmount)));
        var claims = Claims(chain, calendar, startedAt, strict, learned);

        EnterAll(claims);
        try
        {
            var lacking = FirstThatLacksRoom(claims);
            refusal = lacking < 0 ? null : Refusal(claims[lacking]);
            if (refusal is null)
            {
                foreach (ref var claim in claims.AsSpan())
                    claim.Cell.Hold(claim.Amount);
            }
        }
        finally
        {
            foreach (ref var claim in claims.AsSpan())
                claim.Cell.Exit();
        }

        hold = refusal is null ? MakeHold(claims, strict) : null;
        return refusal is null;
    }

    /// <summary>The line in the period around an instant.</summary>
    public BudgetView Read(BudgetLine line, OrganizationCalendar calendar, DateTimeOffset at)
    {
        var current = Current(line);
        var period = calendar.PeriodOf(current.PeriodType, at);
        if (!_cells.TryEnter(new BudgetCellKey(current.BudgetId, current.PeriodType, period.Start), out var cell))
            return new BudgetView(current.Limit, 0, 0, 0, period);
        try
        {
            return cell.View(current.Limit, period);
        }
        finally
        {
            cell.Exit();
        }
    }

    /// <summary>Everything that was settled here and is not yet confirmed by the database.</summary>
    public IReadOnlyList<BudgetPending> Pending()
    {
        var pending = new List<BudgetPending>();
        foreach (var cell in _cells.All)
        {
            cell.Enter();
            var (spent, unknown) = (cell.PendingSpent, cell.PendingUnknown);
            cell.Exit();
            if (spent != 0 || unknown != 0)
                pending.Add(new BudgetPending(cell.Key, Usd.FromPico(spent), Usd.FromPico(unknown)));
        }

        return pending;
    }

    /// <summary>
    /// Takes over what the database says after a commit, cell by cell: what was drained leaves the pending amounts in the
    /// same instant as the confirmed ones rise. Must be called in the order of the commits. Also the way in which a reset,
    /// an import, or an unknown outcome resolved by a person gets here: nothing drained, new amounts.
    /// </summary>
    public void Confirm(IEnumerable<BudgetConfirmation> confirmations)
    {
        foreach (var confirmed in confirmations)
        {
            var (spent, unknown) = (Usd.ToPico(confirmed.SpentInDb), Usd.ToPico(confirmed.UnknownInDb));
            var (drainedSpent, drainedUnknown) = (Usd.ToPico(confirmed.DrainedSpent), Usd.ToPico(confirmed.DrainedUnknown));
            if (!IsLoaded(confirmed.Key) && !_cells.Contains(confirmed.Key))
                continue;
            var cell = _cells.Enter(confirmed.Key, loaded: true);
            cell.SpentInDb = spent;
            cell.UnknownInDb = unknown;
            cell.PendingSpent -= drainedSpent;
            cell.PendingUnknown -= drainedUnknown;
            cell.Seeded = true;
            cell.Exit();
        }
    }

    /// <summary>Forgets cells of periods that ended more than two hours ago and have nothing held or undrained.</summary>
    public void Sweep(DateTimeOffset now) => _cells.Sweep(now);

    /// <summary>
    /// How far an organization's calls in flight could, at worst, pass its learned limits: Σ (worst case − hold), in USD.
    /// </summary>
    public decimal OvershootExposure(Guid organizationId) =>
        _exposures.TryGetValue(organizationId, out var exposure) ? Usd.FromPico(exposure.Sum) : 0;

    private BudgetLine Current(BudgetLine line) =>
        Volatile.Read(ref _lines).GetValueOrDefault(line.Key, line);

    private bool IsLoaded(BudgetCellKey key) => Volatile.Read(ref _lines).ContainsKey(key.Line);

    private BudgetClaim[] Claims(
        IReadOnlyList<BudgetLine> chain, OrganizationCalendar calendar, DateTimeOffset startedAt, Int128 strict, Int128 learned)
    {
        var claims = new BudgetClaim[chain.Count];
        for (var i = 0; i < claims.Length; i++)
        {
            var line = Current(chain[i]);
            var period = calendar.PeriodOf(line.PeriodType, startedAt);
            claims[i] = new BudgetClaim
            {
                Line = line,
                Period = period,
                Key = new BudgetCellKey(line.BudgetId, line.PeriodType, period.Start),
                Limit = Usd.ToPico(Usd.Round12(line.Limit)),
                Amount = line.Hold == HoldKind.Strict ? strict : learned,
                Place = i,
            };
        }

        Array.Sort(claims, static (a, b) => BudgetCellKey.Compare(a.Key, b.Key));
        return Distinct(claims);
    }

    private static BudgetClaim[] Distinct(BudgetClaim[] sorted)
    {
        var kept = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i].Key != sorted[kept - 1].Key)
                sorted[kept++] = sorted[i];
        }

        return kept == sorted.Length ? sorted : sorted[..kept];
    }

    /// <summary>Locks all cells of sorted claims, in their order: two calls with the same cells can never wait for each other.</summary>
    private void EnterAll(BudgetClaim[] claims)
    {
        for (var i = 0; i < claims.Length; i++)
            claims[i].Cell = _cells.Enter(claims[i].Key, IsLoaded(claims[i].Key));
    }

    private static int FirstThatLacksRoom(BudgetClaim[] claims)
    {
        var first = -1;
        for (var i = 0; i < claims.Length; i++)
        {
            if (!claims[i].Fits && (first < 0 || claims[i].Place < claims[first].Place))
                first = i;
        }

        return first;
    }

    private static BudgetRefusal Refusal(in BudgetClaim claim) =>
        new(claim.Line, claim.Cell.View(claim.Line.Limit, claim.Period), Usd.FromPico(claim.Amount));

    private BudgetHold MakeHold(BudgetClaim[] claims, Int128 strict)
    {
        var cells = new (BudgetCell, Int128)[claims.Length];
        Int128 exposed = 0;
        for (var i = 0; i < claims.Length; i++)
        {
            cells[i] = (claims[i].Cell, claims[i].Amount);
            if (claims[i].Line.Action == BudgetAction.Block)
                exposed = Int128.Max(exposed, strict - claims[i].Amount);
        }

        var exposure = exposed == 0 ? null : _exposures.GetOrAdd(claims[0].Line.OrganizationId, static _ => new OvershootExposure());
        return new BudgetHold(cells, exposure, exposed);
    }
}

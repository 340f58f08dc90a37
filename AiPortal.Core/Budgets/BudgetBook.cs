using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Budgets;

/// <summary>
/// Admission by budget: before a call every line of its chain holds an amount, all of them or none; afterwards the hold becomes
/// what the call cost. A call holds of what this node has leased, in memory; only where that does not suffice the database is
/// asked. Amounts are in the unit of their line, exact to twelve decimals. Thread-safe.
/// </summary>
public sealed class BudgetBook
{
    private readonly BudgetCells _cells = new();
    private readonly ConcurrentDictionary<Guid, OvershootExposure> _exposures = new();
    private readonly Lock _updating = new();
    private readonly LeaseTerm _term;
    private readonly LeaseOptions _options;
    private readonly TimeProvider _clock;
    private FrozenDictionary<(Guid, PeriodType), BudgetLine> _lines = FrozenDictionary<(Guid, PeriodType), BudgetLine>.Empty;
    private long _generation;

    internal BudgetBook(ILeaseBank bank, LeaseTerm term, LeaseOptions options, LeaseMetrics metrics, TimeProvider clock, ILogger<BudgetBook> logger)
    {
        (_term, _options, _clock) = (term, options, clock);
        Desk = new LeaseDesk(_cells, bank, term, options, metrics, clock, logger)
        {
            Generation = () => Volatile.Read(ref _generation),
        };
        metrics.Watch(() => _cells.All.Count(cell => !cell.Lease.IsEmpty));
    }

    internal LeaseDesk Desk { get; }

    /// <summary>
    /// Takes over the configuration. New limits count from the next call on: what no call holds of a changed line goes back.
    /// <paramref name="seeds"/>, what the database has for the current periods, start cells that are not yet kept here. Lines
    /// no longer named are forgotten once nothing of theirs is held, undrained or leased.
    /// </summary>
    public void Update(IReadOnlyCollection<BudgetLine> lines, IEnumerable<BudgetSeed> seeds)
    {
        var changed = new List<BudgetCell>();
        lock (_updating)
        {
            var before = _lines;
            var byKey = lines.ToFrozenDictionary(line => line.Key);
            foreach (var seed in seeds.Where(seed => byKey.ContainsKey(seed.Key.Line)))
                _cells.Seed(seed);
            Volatile.Write(ref _lines, byKey);
            Interlocked.Increment(ref _generation);
            foreach (var cell in _cells.All)
            {
                var line = byKey.GetValueOrDefault(cell.Key.Line);
                var isNew = line != before.GetValueOrDefault(cell.Key.Line);
                cell.Enter();
                cell.Lease.Unlimited = false;
                cell.Lease.Surrendered |= isNew;
                if (line is not null)
                    cell.MarkLoaded();
                cell.Exit();
                if ((line is null && _cells.RetireIfQuiet(cell)) || isNew)
                    changed.Add(cell);
            }
        }

        if (changed.Count > 0)
            Desk.Return(changed);
    }

    /// <summary>
    /// Holds an amount of every line of the chain, in the periods in which the call began, or of none. Each holds
    /// what <paramref name="amounts"/> say in its unit: a strict line the most, a learned one what was learned, or the most if that is less.
    /// A line that was updated since the chain was made counts as updated. Waits only where what is leased does not suffice.
    /// </summary>
    public async ValueTask<HoldAnswer> HoldAsync(
        IReadOnlyList<BudgetLine> chain,
        OrganizationCalendar calendar,
        DateTimeOffset startedAt,
        CallAmounts amounts,
        CancellationToken token = default)
    {
        // Without a budget that refuses, nothing was granted that could run out.
        if (!_term.IsRunning && (_term.IsStopped || chain.Any(line => line.Refuses)))
            return HoldAnswer.Unavailable;
        if (TryHold(chain, calendar, startedAt, amounts, out var hold, out var lacking))
            return new HoldAnswer(hold, null);
        var began = _clock.GetTimestamp();
        while (_clock.GetElapsedTime(began) is var waited && waited < _options.Patience && _term.IsRunning)
        {
            var asking = Task.WhenAll(Array.ConvertAll(lacking, claim => Desk.AskAsync(claim.Line, claim.Period, calendar, claim.Amount)));
            LeaseVerdict[] verdicts;
            try
            {
                verdicts = await asking.WaitAsync(_options.Patience - waited, _clock, token);
            }
            catch (TimeoutException)
            {
                return HoldAnswer.Unavailable;
            }

            var asked = lacking;
            if (TryHold(chain, calendar, startedAt, amounts, out hold, out lacking))
                return new HoldAnswer(hold, null);
            if (Array.Exists(verdicts, verdict => verdict.Unavailable))
                return HoldAnswer.Unavailable;
            if (Named(asked, verdicts) is { } refusal)
                return new HoldAnswer(null, refusal);
        }

        return HoldAnswer.Unavailable;
    }

    /// <summary>The refusal to name: one that a cheaper model may avoid, else the first of the chain.</summary>
    private static BudgetRefusal? Named(BudgetClaim[] asked, LeaseVerdict[] verdicts)
    {
        var refused = Array.FindIndex(verdicts, verdict => verdict.Refused is not null);
        for (var i = refused; i >= 0 && i < asked.Length; i++)
        {
            if (verdicts[i].Refused is not null && asked[i].Line.Action == BudgetAction.Downgrade)
                refused = i;
        }

        return refused < 0 ? null : new BudgetRefusal(asked[refused].Line, verdicts[refused].Refused!.Value, Usd.FromPico(asked[refused].Amount));
    }

    /// <summary>The same without a wait: false when what is leased does not suffice.</summary>
    public bool TryHold(
        IReadOnlyList<BudgetLine> chain,
        OrganizationCalendar calendar,
        DateTimeOffset startedAt,
        CallAmounts amounts,
        [NotNullWhen(true)] out BudgetHold? hold) =>
        TryHold(chain, calendar, startedAt, amounts, out hold, out _);

    /// <summary>The line in the period around an instant, as this node knows it.</summary>
    public BudgetView Read(BudgetLine line, OrganizationCalendar calendar, DateTimeOffset at, BudgetSeed? fromDatabase = null)
    {
        var current = Current(line);
        var period = calendar.PeriodOf(current.PeriodType, at);
        if (!_cells.TryEnter(new BudgetCellKey(current.BudgetId, current.PeriodType, period.Start), out var cell))
            return new BudgetView(current.Limit, fromDatabase?.Spent ?? 0, 0, fromDatabase?.Unknown ?? 0, period);
        if (fromDatabase is { } seed)
            cell.Glean(Usd.ToPico(seed.Spent), Usd.ToPico(seed.Unknown), seed.Version);
        var view = cell.View(current.Limit, period);
        cell.Exit();
        return view;
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
    /// Takes over what the database says after a commit, cell by cell: what was drained leaves the pending amounts and the
    /// lease in the same instant as the confirmed ones rise. Also the way in which a reset, an import, or an unknown outcome
    /// resolved by a person gets here: nothing drained, new amounts. Amounts older than those known are left.
    /// </summary>
    public void Confirm(IEnumerable<BudgetConfirmation> confirmations)
    {
        foreach (var confirmed in confirmations)
        {
            if (!IsLoaded(confirmed.Key) && !_cells.Contains(confirmed.Key))
                continue;
            var (spent, unknown) = (Usd.ToPico(confirmed.SpentInDb), Usd.ToPico(confirmed.UnknownInDb));
            var (drainedSpent, drainedUnknown) = (Usd.ToPico(confirmed.DrainedSpent), Usd.ToPico(confirmed.DrainedUnknown));
            var cell = _cells.Enter(confirmed.Key, loaded: true);
            cell.PendingSpent -= drainedSpent;
            cell.PendingUnknown -= drainedUnknown;
            if (confirmed.LeaseDrained is { } drained)
                cell.Lease.Drained(Usd.ToPico(drained));
            cell.Learn(spent, unknown, confirmed.Version);
            cell.Exit();
        }
    }

    /// <summary>Forgets cells of periods that ended more than two hours ago and have nothing held, undrained or leased.</summary>
    public void Sweep(DateTimeOffset now)
    {
        if (_cells.Sweep(now) is { Count: > 0 } owing)
            Desk.Return(owing);
    }

    /// <summary>
    /// How far an organization's calls in flight could, at worst, pass its learned limits: Σ (worst case − hold), in USD.
    /// </summary>
    public decimal OvershootExposure(Guid organizationId) =>
        _exposures.TryGetValue(organizationId, out var exposure) ? Usd.FromPico(exposure.Sum) : 0;

    private bool TryHold(
        IReadOnlyList<BudgetLine> chain, OrganizationCalendar calendar, DateTimeOffset startedAt, CallAmounts amounts,
        [NotNullWhen(true)] out BudgetHold? hold, out BudgetClaim[] lacking)
    {
        var parts = amounts.ToParts();
        var claims = Claims(chain, calendar, startedAt, parts);

        EnterAll(claims);
        var fits = true;
        foreach (ref var claim in claims.AsSpan())
            fits &= claim.Fits;
        lacking = fits ? [] : [.. claims.Where(claim => !claim.Fits).OrderBy(claim => claim.Place)];
        foreach (ref var claim in claims.AsSpan())
        {
            if (fits)
                claim.Cell.Hold(claim.Amount);
            claim.Cell.Exit();
        }

        hold = fits ? MakeHold(claims, parts.StrictUsd) : null;
        return fits;
    }

    private BudgetLine Current(BudgetLine line) =>
        Volatile.Read(ref _lines).GetValueOrDefault(line.Key, line);

    private bool IsLoaded(BudgetCellKey key) => Volatile.Read(ref _lines).ContainsKey(key.Line);

    private BudgetClaim[] Claims(
        IReadOnlyList<BudgetLine> chain, OrganizationCalendar calendar, DateTimeOffset startedAt, in CallParts parts)
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
                Amount = parts.Of(line),
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

    private BudgetHold MakeHold(BudgetClaim[] claims, Int128 strict)
    {
        var cells = new (BudgetCell, Int128, CountedUnit)[claims.Length];
        Int128 exposed = 0;
        for (var i = 0; i < claims.Length; i++)
        {
            cells[i] = (claims[i].Cell, claims[i].Amount, claims[i].Line.Unit);
            if (claims[i].Line is { Refuses: true, Unit: CountedUnit.Usd })
                exposed = Int128.Max(exposed, strict - claims[i].Amount);
        }

        var exposure = exposed == 0 ? null : _exposures.GetOrAdd(claims[0].Line.OrganizationId, static _ => new OvershootExposure());
        return new BudgetHold(cells, exposure, exposed);
    }
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Records;

/// <summary>What became of an unknown outcome: either what it cost, or what the provider says it used.</summary>
/// <param name="Cost">USD; zero where it was never served.</param>
/// <param name="Usage">Priced at the price of the instant at which the call began.</param>
/// <param name="Reason">How it is known; at most 500 characters.</param>
public sealed record Resolution(decimal? Cost, Usage? Usage, string? Reason);

/// <summary>
/// Settles an unknown outcome once: what it cost becomes spend, what it was held at leaves the budgets, in one entry. From a cost
/// that is an adjustment, from the provider's usage a reconciliation.
/// </summary>
public sealed class ResolveOutcome(LedgerChange ledger, TimeProvider clock)
{
    public Task<Outcome<LedgerEntry>> RunAsync(Actor actor, Guid organizationId, Guid id, Resolution resolution, CancellationToken token = default) =>
        ledger.RunAsync<LedgerEntry>(actor, organizationId, "record.resolve", [], async scope =>
        {
            if (Faults(resolution) is { } faults) return faults;
            var locked = await CorrectionTarget.LockAsync(scope.Db, id, token);
            if (locked.Refusal is { } refusal) return refusal;
            var target = locked.Value;
            if (target.Entry.Status != EntryStatus.Unknown) return Refusal.Conflict("outcome_known", "The outcome of this record is known.");
            if (!target.IsUnresolved) return Refusal.Conflict("already_resolved", $"This outcome was resolved before, by {target.Corrections[0].Id}.");

            var entry = CorrectionEntry.Of(target.Entry, resolution.Usage is null ? EntryKind.Adjustment : EntryKind.Reconciliation, resolution.Reason!.Trim(), clock);
            entry.UnresolvedCost = -target.Entry.UnresolvedCost;
            entry.UnresolvedTokens = -target.Entry.UnresolvedTokens;
            if (resolution.Cost is { } cost) entry.BaseCost = entry.TotalCost = cost;
            else if (await PriceAsync(scope.Db, target.Entry, entry, resolution.Usage!.Value, token) is { } unpriced) return unpriced;

            var added = (await ledger.AddAsync(scope, [entry], token))[0];
            scope.Audit(new AuditNote("record.resolve", "record", added.Id, target.Entry.ModelName,
                new { Corrects = id, Held = target.Entry.UnresolvedCost }, new { added.Kind, Cost = added.TotalCost, added.Reason }));
            return added;
        }, token);

    private static Refusal? Faults(Resolution resolution)
    {
        var faults = new FieldFaults();
        CorrectionFaults.Reason(faults, resolution.Reason);
        faults.Require(resolution.Cost is null != resolution.Usage is null, "cost", "Give either cost or usage.");
        if (resolution.Cost is { } cost)
        {
            CorrectionFaults.Amount(faults, cost, "cost");
            faults.Require(cost >= 0, "cost", "Must not be below zero.");
        }

        if (resolution.Usage is { } used)
        {
            var smallest = Math.Min(Math.Min(Math.Min(used.Input, used.CachedInput), used.CacheWrite), Math.Min(used.Output, used.Reasoning));
            faults.Require(smallest >= 0 && used.TotalInput <= Usage.MaxCount && used.TotalOutput <= Usage.MaxCount, "usage",
                $"Each part is inside its whole, and no count above {Usage.MaxCount}.");
        }

        return faults.Any ? faults.ToRefusal() : null;
    }

    private static async Task<Refusal?> PriceAsync(PortalDb db, LedgerEntry unknown, LedgerEntry entry, Usage usage, CancellationToken token)
    {
        var version = await db.Set<PriceVersion>().AsNoTracking().FirstOrDefaultAsync(v => v.PriceId == unknown.PriceId && v.Version == unknown.PriceVersion, token);
        if (version is null) return Refusal.Field("usage", "The call had no price; say what it cost.");
        var cost = PriceTerms.Parse(version.Terms).ToPrice(version).CostOf(usage, new CallFacts(unknown.StartedAt, unknown.ServiceTier));
        (entry.PriceId, entry.PriceVersion) = (version.PriceId, version.Version);
        SettledCost.Write(entry, usage, cost, null);
        return null;
    }
}

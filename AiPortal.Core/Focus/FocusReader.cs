using AiPortal.Core.Billing;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Focus;

/// <summary>The charges of a FOCUS file, from the ledger; unknown outcomes are no charges yet.</summary>
public sealed class FocusReader(TenantDb tenants, RecordList records)
{
    /// <summary>Days × keys × models that one file may hold.</summary>
    public const int MaxSums = 200_000;

    /// <summary>Of records; null when there are too many.</summary>
    public Task<IReadOnlyList<FocusCharge>?> ReadAsync(Guid organizationId, RecordFilter filter, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => ReadAsync(db, records.Query(db, filter), token), token);

    /// <summary>Of a bill's entries; null when there are too many.</summary>
    public Task<IReadOnlyList<FocusCharge>?> ReadAsync(Bill bill, CancellationToken token = default) =>
        tenants.ReadAsync(bill.OrganizationId, db => ReadAsync(db, BillEntries.Of(db, bill), token), token);

    /// <summary>What the organization is called today.</summary>
    public Task<string> OrganizationNameAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<Organization>().Where(o => o.Id == organizationId).Select(o => o.Name).SingleAsync(token), token);

    private static async Task<IReadOnlyList<FocusCharge>?> ReadAsync(PortalDb db, IQueryable<LedgerEntry> entries, CancellationToken token)
    {
        var sums = await Sums(entries).Take(MaxSums + 1).ToListAsync(token);
        if (sums.Count > MaxSums) return null;
        var prices = sums.Select(s => s.PriceId).OfType<Guid>().Distinct().ToArray();
        var terms = await db.Set<PriceVersion>().AsNoTracking().Where(v => prices.Contains(v.PriceId))
            .ToDictionaryAsync(v => (v.PriceId, v.Version), v => PriceTerms.Parse(v.Terms), token);
        var names = await NamesAsync(db, token);
        return [.. sums.OrderBy(s => (s.Year, s.Month, s.Day)).ThenBy(s => s.ProviderName, StringComparer.Ordinal).ThenBy(s => s.ModelName, StringComparer.Ordinal).ThenBy(s => s.KeyId)
            .SelectMany(sum => Charges(sum, sum is { PriceId: { } id, PriceVersion: { } version } ? terms.GetValueOrDefault((id, version)) : null, names))];
    }

    private static IQueryable<FocusSum> Sums(IQueryable<LedgerEntry> entries) => entries.Where(e => e.Status != EntryStatus.Unknown)
        .GroupBy(e => new
        {
            e.StartedAt.Year,
            e.StartedAt.Month,
            e.StartedAt.Day,
            e.KeyId,
            e.TeamId,
            e.ProjectId,
            e.CostCenterId,
            e.EnvironmentId,
            e.UserId,
            e.ProviderName,
            e.ModelName,
            e.UpstreamModel,
            e.CostType,
            e.Kind,
            e.PriceId,
            e.PriceVersion,
        })
        .Select(g => new FocusSum
        {
            Year = g.Key.Year,
            Month = g.Key.Month,
            Day = g.Key.Day,
            KeyId = g.Key.KeyId,
            TeamId = g.Key.TeamId,
            ProjectId = g.Key.ProjectId,
            CostCenterId = g.Key.CostCenterId,
            EnvironmentId = g.Key.EnvironmentId,
            UserId = g.Key.UserId,
            ProviderName = g.Key.ProviderName,
            ModelName = g.Key.ModelName,
            UpstreamModel = g.Key.UpstreamModel,
            CostType = g.Key.CostType,
            Kind = g.Key.Kind,
            PriceId = g.Key.PriceId,
            PriceVersion = g.Key.PriceVersion,
            Entries = g.LongCount(),
            Input = g.Sum(e => e.InputUnits),
            CachedInput = g.Sum(e => e.CachedInputUnits),
            CacheWrite = g.Sum(e => e.CacheWriteUnits),
            Output = g.Sum(e => e.OutputUnits),
            Reasoning = g.Sum(e => e.ReasoningUnits),
            Cost = new Cost(g.Sum(e => e.InputCost), g.Sum(e => e.CachedInputCost), g.Sum(e => e.CacheWriteCost),
                g.Sum(e => e.OutputCost), g.Sum(e => e.ReasoningCost), g.Sum(e => e.BaseCost)),
        });

    private static IEnumerable<FocusCharge> Charges(FocusSum sum, PriceTerms? terms, Dictionary<Guid, string> names) =>
        FocusMeters.Of(sum, terms).Select(meter => new FocusCharge
        {
            Day = new DateTimeOffset(sum.Year, sum.Month, sum.Day, 0, 0, 0, TimeSpan.Zero),
            Kind = sum.Kind,
            Meter = meter.Name,
            Unit = meter.Unit,
            Quantity = meter.Quantity,
            UnitPrice = meter.UnitPrice,
            UnitSize = meter.UnitSize,
            CostUsd = meter.CostUsd,
            Entries = sum.Entries,
            ProviderName = sum.ProviderName,
            ModelName = sum.ModelName,
            UpstreamModel = sum.UpstreamModel,
            CostType = sum.CostType,
            Vendor = terms?.Vendor,
            PriceId = sum.PriceId,
            PriceVersion = sum.PriceVersion,
            Key = Named(names, sum.KeyId),
            Team = Named(names, sum.TeamId),
            Project = Named(names, sum.ProjectId),
            CostCenter = Named(names, sum.CostCenterId),
            Environment = Named(names, sum.EnvironmentId),
            UserId = sum.UserId,
        });

    private static FocusName? Named(Dictionary<Guid, string> names, Guid? id) =>
        id is { } known ? new FocusName(known, names.GetValueOrDefault(known) ?? known.ToString()) : null;

    private static async Task<Dictionary<Guid, string>> NamesAsync(PortalDb db, CancellationToken token)
    {
        var names = new Dictionary<Guid, string>();
        foreach (var row in await db.Set<ApiKey>().Select(r => new { r.Id, r.Name }).ToListAsync(token)) names[row.Id] = row.Name;
        foreach (var row in await db.Set<Team>().Select(r => new { r.Id, r.Name }).ToListAsync(token)) names[row.Id] = row.Name;
        foreach (var row in await db.Set<Project>().Select(r => new { r.Id, r.Name }).ToListAsync(token)) names[row.Id] = row.Name;
        foreach (var row in await db.Set<CostCenter>().Select(r => new { r.Id, r.Name }).ToListAsync(token)) names[row.Id] = row.Name;
        foreach (var row in await db.Set<DeploymentEnvironment>().Select(r => new { r.Id, r.Name }).ToListAsync(token)) names[row.Id] = row.Name;
        return names;
    }
}

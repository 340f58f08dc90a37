using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>The ledger entries that a bill is over, and their sums.</summary>
internal static class BillEntries
{
    /// <summary>Of the period, of the scope, and after what earlier bills hold; up to the cutoff once there is one.</summary>
    public static IQueryable<LedgerEntry> Of(PortalDb db, Bill bill) => Of(db, [bill]);

    /// <summary>The same of bills that differ in whom they are for alone.</summary>
    private static IQueryable<LedgerEntry> Of(PortalDb db, IReadOnlyList<Bill> alike)
    {
        var bill = alike[0];
        Guid?[] scopes = [.. alike.Select(b => b.ScopeId)];
        var upTo = bill.Cutoff ?? long.MaxValue;
        var entries = db.Set<LedgerEntry>().AsNoTracking().Where(e =>
            e.StartedAt >= bill.PeriodStart && e.StartedAt < bill.PeriodEnd && e.Position > bill.CutoffFrom && e.Position <= upTo);
        return bill.ScopeType switch
        {
            BillScope.Organization => entries,
            BillScope.CostCenter => entries.Where(e => scopes.Contains(e.CostCenterId)),
            BillScope.Team => entries.Where(e => scopes.Contains(e.TeamId)),
            BillScope.Project => entries.Where(e => scopes.Contains(e.ProjectId)),
        };
    }

    public static async Task<BillContent> ContentAsync(PortalDb db, Bill bill, CancellationToken token)
    {
        List<BillSum> sums = [.. await ConfirmedAsync(db, [bill], token), .. await UnresolvedAsync(db, [bill], token)];
        return BillContent.Assemble(sums, await NamesAsync(db, token), bill.ExchangeRate);
    }

    /// <summary>What many drafts hold, read once for all that are alike but for whom they are for.</summary>
    public static async Task<IReadOnlyDictionary<Guid, BillContent>> ContentsAsync(PortalDb db, IReadOnlyList<Bill> bills, CancellationToken token)
    {
        var contents = new Dictionary<Guid, BillContent>();
        if (bills.Count == 0) return contents;
        var names = await NamesAsync(db, token);
        foreach (var alike in bills.GroupBy(bill => (bill.ScopeType, bill.PeriodStart, bill.PeriodEnd, bill.CutoffFrom, bill.Cutoff)).Select(group => group.ToList()))
        {
            List<BillSum> sums = [.. await ConfirmedAsync(db, alike, token), .. await UnresolvedAsync(db, alike, token)];
            var type = alike[0].ScopeType;
            var byScope = sums.ToLookup(sum => type switch
            {
                BillScope.Organization => alike[0].ScopeId,
                BillScope.CostCenter => sum.CostCenterId,
                BillScope.Team => sum.TeamId,
                BillScope.Project => sum.ProjectId,
            });
            foreach (var bill in alike) contents[bill.Id] = BillContent.Assemble(byScope[bill.ScopeId], names, bill.ExchangeRate);
        }

        return contents;
    }

    public static async Task<BillNames> NamesAsync(PortalDb db, CancellationToken token) => new(
        await db.Set<CostCenter>().ToDictionaryAsync(row => row.Id, row => row.Name, token),
        await db.Set<Team>().ToDictionaryAsync(row => row.Id, row => row.Name, token),
        await db.Set<Project>().ToDictionaryAsync(row => row.Id, row => row.Name, token));

    private static Task<List<BillSum>> ConfirmedAsync(PortalDb db, IReadOnlyList<Bill> alike, CancellationToken token) =>
        Of(db, alike).Where(e => e.Status != EntryStatus.Unknown)
            .GroupBy(e => new { Usage = e.Kind == EntryKind.Usage, e.CostCenterId, e.TeamId, e.ProjectId, e.ProviderName, e.ModelName, e.CostType })
            .Select(g => new BillSum
            {
                Section = g.Key.Usage ? BillSections.Usage : BillSections.Adjustment,
                CostCenterId = g.Key.CostCenterId,
                TeamId = g.Key.TeamId,
                ProjectId = g.Key.ProjectId,
                ProviderName = g.Key.ProviderName,
                ModelName = g.Key.ModelName,
                CostType = g.Key.CostType,
                Requests = g.LongCount(e => e.Final || e.Kind != EntryKind.Usage),
                InputUnits = g.Sum(e => e.InputUnits + e.CacheWriteUnits),
                CachedInputUnits = g.Sum(e => e.CachedInputUnits),
                OutputUnits = g.Sum(e => e.OutputUnits),
                ReasoningUnits = g.Sum(e => e.ReasoningUnits),
                AmountUsd = g.Sum(e => e.TotalCost),
            }).ToListAsync(token);

    // What resolves an unknown entry takes its hold back, so a bill after the resolution shows the difference.
    private static Task<List<BillSum>> UnresolvedAsync(PortalDb db, IReadOnlyList<Bill> alike, CancellationToken token) =>
        Of(db, alike).Where(e => e.Status == EntryStatus.Unknown || e.UnresolvedCost != 0)
            .GroupBy(e => new { e.CostCenterId, e.TeamId, e.ProjectId, e.ProviderName, e.ModelName, e.CostType })
            .Select(g => new BillSum
            {
                Section = BillSections.Unresolved,
                CostCenterId = g.Key.CostCenterId,
                TeamId = g.Key.TeamId,
                ProjectId = g.Key.ProjectId,
                ProviderName = g.Key.ProviderName,
                ModelName = g.Key.ModelName,
                CostType = g.Key.CostType,
                Requests = g.LongCount(e => e.Status == EntryStatus.Unknown),
                AmountUsd = g.Sum(e => e.UnresolvedCost),
            }).ToListAsync(token);
}

using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Confirmed spend of one thing. <c>Name</c> is null where calls were attributed to none. Cost is USD.</summary>
public sealed record SpendShare(Guid? Id, string? Name, decimal Cost, long Requests, long Tokens);

/// <summary>Spend of a span by one dimension, dearest first.</summary>
public sealed class SpendBreakdown(TenantDb tenants)
{
    public Task<IReadOnlyList<SpendShare>> ReadAsync(Guid organizationId, Dimension dimension, Period span, int top = int.MaxValue, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => ReadAsync(db, dimension, span, top, token), token);

    internal static async Task<IReadOnlyList<SpendShare>> ReadAsync(PortalDb db, Dimension dimension, Period span, int top, CancellationToken token)
    {
        var rollups = db.Set<UsageRollup>().AsNoTracking().Where(r => r.BucketAt >= span.Start && r.BucketAt < span.End);
        var groups = dimension switch
        {
            Dimension.Department => rollups.GroupBy(r => new { Id = r.DepartmentId, Name = (string?)null }),
            Dimension.Team => rollups.GroupBy(r => new { Id = r.TeamId, Name = (string?)null }),
            Dimension.Project => rollups.GroupBy(r => new { Id = r.ProjectId, Name = (string?)null }),
            Dimension.CostCenter => rollups.GroupBy(r => new { Id = r.CostCenterId, Name = (string?)null }),
            Dimension.Environment => rollups.GroupBy(r => new { Id = r.EnvironmentId, Name = (string?)null }),
            Dimension.User => rollups.GroupBy(r => new { Id = r.UserId, Name = (string?)null }),
            Dimension.Key => rollups.GroupBy(r => new { Id = r.KeyId, Name = (string?)null }),
            // An account that was renamed is one account; the ledger's name counts where there is none.
            Dimension.Provider => rollups.GroupBy(r => new { Id = r.ProviderId, Name = r.ProviderId == null ? r.ProviderName : null }),
            Dimension.Model => rollups.GroupBy(r => new { Id = (Guid?)null, Name = (string?)r.ModelName }),
            Dimension.RequestType => rollups.GroupBy(r => new { Id = (Guid?)null, Name = (string?)r.RequestType }),
            Dimension.CostType => rollups.GroupBy(r => new { Id = (Guid?)null, Name = (string?)r.CostType }),
        };
        var sums = await groups.Select(g => new
        {
            g.Key.Id,
            g.Key.Name,
            Cost = g.Sum(r => r.TotalCost),
            Requests = g.Sum(r => r.Requests),
            Tokens = g.Sum(r => r.InputUnits + r.CachedInputUnits + r.CacheWriteUnits + r.OutputUnits + r.ReasoningUnits),
        }).OrderByDescending(g => g.Cost).ThenByDescending(g => g.Requests).Take(top).ToListAsync(token);
        var names = await NameBook.ReadAsync(db, dimension, [.. sums.Select(s => s.Id).OfType<Guid>()], token);
        return [.. sums.Select(s => new SpendShare(s.Id, s.Name ?? (s.Id is { } id ? names.GetValueOrDefault(id, ShortOf(id)) : null), s.Cost, s.Requests, s.Tokens))];
    }

    // The last part of a version 7 id is its random one.
    private static string ShortOf(Guid id) => "…" + id.ToString()[^8..];
}

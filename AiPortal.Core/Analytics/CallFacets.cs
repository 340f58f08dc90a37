using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Something to filter by.</summary>
public sealed record Facet(Guid Id, string Name);

/// <summary>What the calls of an organization can be filtered by, each in the order of its name.</summary>
public sealed record CallFacets(IReadOnlyList<Facet> Keys, IReadOnlyList<Facet> Teams, IReadOnlyList<Facet> Providers, IReadOnlyList<string> Models);

/// <summary>Reads <see cref="CallFacets"/>. Deleted things are not offered: their calls are found by links and by name.</summary>
public sealed class CallFacetReads(TenantDb tenants, TimeProvider clock)
{
    /// <summary>How many of each are offered.</summary>
    public const int Most = 500;

    private static readonly TimeSpan ModelRange = TimeSpan.FromDays(90);

    public Task<CallFacets> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var from = DateOnly.FromDateTime((clock.GetUtcNow() - ModelRange).UtcDateTime);
            return new CallFacets(
                await db.Set<ApiKey>().AsNoTracking().Where(k => k.DeletedAt == null).OrderBy(k => k.Name).ThenBy(k => k.Id).Take(Most).Select(k => new Facet(k.Id, k.Name)).ToListAsync(token),
                await db.Set<Team>().AsNoTracking().Where(t => t.DeletedAt == null).OrderBy(t => t.Name).Take(Most).Select(t => new Facet(t.Id, t.Name)).ToListAsync(token),
                await db.Set<ProviderAccount>().AsNoTracking().Where(p => p.DeletedAt == null).OrderBy(p => p.Name).Take(Most).Select(p => new Facet(p.Id, p.Name)).ToListAsync(token),
                await db.Set<UsageDay>().AsNoTracking().Where(d => d.Dimension == UsageDimension.Model && d.Day >= from).Select(d => d.ValueName!).Distinct().OrderBy(name => name).Take(Most).ToListAsync(token));
        }, token);
}

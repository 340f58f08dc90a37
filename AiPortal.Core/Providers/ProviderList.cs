using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>What to list of accounts; <c>EnvironmentId</c>: those that serve keys of this environment, its own and those of all.</summary>
public sealed record ProviderFilter(string? Kind = null, bool? Enabled = null, string? Search = null, Guid? EnvironmentId = null);

/// <summary>An organization's accounts by name, without the removed ones.</summary>
public sealed class ProviderList(TenantDb tenants)
{
    public Task<Page<ProviderAccount>> PageAsync(Guid organizationId, ProviderFilter filter, int limit, (string Text, Guid Id)? after, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var rows = db.Set<ProviderAccount>().AsNoTracking().Where(p => p.DeletedAt == null);
            if (filter.Kind is { } kind) rows = rows.Where(p => p.Kind == kind);
            if (filter.Enabled is { } enabled) rows = rows.Where(p => p.Enabled == enabled);
            if (filter.EnvironmentId is { } environment) rows = rows.Where(p => p.EnvironmentId == environment || p.EnvironmentId == null);
            if (filter.Search is { } text) rows = rows.Where(p => EF.Functions.ILike(p.Name, LikePattern.Contains(text), @"\"));
            if (after is { } last) rows = rows.Where(p => EF.Functions.GreaterThan(ValueTuple.Create(p.Name, p.Id), ValueTuple.Create(last.Text, last.Id)));
            var page = await rows.OrderBy(p => p.Name).ThenBy(p => p.Id).Take(limit + 1).ToListAsync(token);
            return Page<ProviderAccount>.Of(page, limit, row => Cursor.Of(row.Name, row.Id.ToString()));
        }, token);

    /// <summary>The environments that an account can be for, by name.</summary>
    public Task<IReadOnlyList<(Guid Id, string Name)>> EnvironmentsAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<(Guid, string)>>(organizationId, async db =>
        [
            .. (await db.Set<DeploymentEnvironment>().AsNoTracking().Where(e => e.DeletedAt == null).OrderBy(e => e.Name).Select(e => new { e.Id, e.Name }).ToListAsync(token))
                .Select(e => (e.Id, e.Name)),
        ], token);

    /// <summary>Null where it is not there or removed.</summary>
    public Task<ProviderAccount?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<ProviderAccount>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token), token);
}

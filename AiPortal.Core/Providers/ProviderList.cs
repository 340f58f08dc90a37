using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>What to list of accounts.</summary>
public sealed record ProviderFilter(string? Kind = null, bool? Enabled = null, string? Search = null);

/// <summary>An organization's accounts by name, without the removed ones.</summary>
public sealed class ProviderList(TenantDb tenants)
{
    public Task<Page<ProviderAccount>> PageAsync(Guid organizationId, ProviderFilter filter, int limit, (string Text, Guid Id)? after, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var rows = db.Set<ProviderAccount>().AsNoTracking().Where(p => p.DeletedAt == null);
            if (filter.Kind is { } kind) rows = rows.Where(p => p.Kind == kind);
            if (filter.Enabled is { } enabled) rows = rows.Where(p => p.Enabled == enabled);
            if (filter.Search is { } text) rows = rows.Where(p => EF.Functions.ILike(p.Name, LikePattern.Contains(text), @"\"));
            if (after is { } last) rows = rows.Where(p => EF.Functions.GreaterThan(ValueTuple.Create(p.Name, p.Id), ValueTuple.Create(last.Text, last.Id)));
            var page = await rows.OrderBy(p => p.Name).ThenBy(p => p.Id).Take(limit + 1).ToListAsync(token);
            return Page<ProviderAccount>.Of(page, limit, row => Cursor.Of(row.Name, row.Id.ToString()));
        }, token);

    /// <summary>Null where it is not there or removed.</summary>
    public Task<ProviderAccount?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<ProviderAccount>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token), token);
}

using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Directories;

/// <summary>An organization's directory as it is set.</summary>
public sealed class DirectoryRead(TenantDb tenants)
{
    /// <summary>Null where there is none.</summary>
    public Task<LdapDirectory?> FindAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<LdapDirectory>().AsNoTracking().SingleOrDefaultAsync(token), token);

    /// <summary>The teams that a group can lead to, by name.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Name)>> TeamsAsync(Guid organizationId, CancellationToken token = default)
    {
        var rows = await tenants.ReadAsync(organizationId, db => db.Set<Team>().AsNoTracking().Where(t => t.DeletedAt == null).OrderBy(t => t.Name).Select(t => new { t.Id, t.Name }).ToListAsync(token), token);
        return rows.ConvertAll(row => (row.Id, row.Name));
    }
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Directories;

/// <summary>An organization's directory as it is set.</summary>
public sealed class DirectoryRead(TenantDb tenants)
{
    /// <summary>Null where there is none.</summary>
    public Task<LdapDirectory?> FindAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<LdapDirectory>().AsNoTracking().SingleOrDefaultAsync(token), token);
}

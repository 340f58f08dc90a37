using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>Tells which of the caller's organizations an id belongs to; what belongs to any other does not exist for him.</summary>
public sealed class ResourceLocator(PortalDatabase database)
{
    public async Task<Guid?> OrganizationOfAsync<TRow>(Actor actor, Guid id, CancellationToken token = default)
        where TRow : TenantRow
    {
        var mine = actor.Roles.Keys.ToArray();
        await using var db = database.OpenSystem();
        return await db.Set<TRow>().AsNoTracking().Where(row => row.Id == id && mine.Contains(row.OrganizationId))
            .Select(row => (Guid?)row.OrganizationId).FirstOrDefaultAsync(token);
    }
}

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
        var found = await db.Set<TRow>().AsNoTracking().Where(row => row.Id == id && mine.Contains(row.OrganizationId))
            .Select(row => (Guid?)row.OrganizationId).FirstOrDefaultAsync(token);
        return found is { } organization && actor.PlacesIn(organization) is { } places && !await SeesAsync<TRow>(organization, places, id, token) ? null : found;
    }

    /// <summary>Who sees a part of an organization: what is not in it does not exist for him either.</summary>
    private async Task<bool> SeesAsync<TRow>(Guid organizationId, Places places, Guid id, CancellationToken token) where TRow : TenantRow
    {
        await using var transaction = await new TenantDb(database).OpenAsync(organizationId, places, token);
        return await transaction.Db.Set<TRow>().AnyAsync(row => row.Id == id, token);
    }
}

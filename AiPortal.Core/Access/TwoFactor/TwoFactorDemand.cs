using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access.TwoFactor;

/// <summary>Which organizations ask two-factor of a person's role there.</summary>
internal static class TwoFactorDemand
{
    /// <summary>Their names; for the system role.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(PortalDb db, Guid userId, CancellationToken token)
    {
        // Also for a context confined to one organization: a person's memberships lie in several.
        var places = await db.Set<Membership>().IgnoreQueryFilters().AsNoTracking().Where(m => m.UserId == userId)
            .Join(db.Set<Organization>().IgnoreQueryFilters(), m => m.OrganizationId, o => o.Id, (m, o) => new { m.Role, o.Name, o.TwoFactorRoles }).ToListAsync(token);
        return [.. places.Where(place => place.TwoFactorRoles.Contains(place.Role)).Select(place => place.Name)];
    }
}

using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Allocations;

/// <summary>The scopes that a scope lies in: spend of the inner one is spend of each of them.</summary>
internal static class ScopeChain
{
    /// <summary>The scope itself, what is around it, and the organization.</summary>
    public static async Task<IReadOnlySet<(QuotaType Type, Guid Id)>> ReadAsync(PortalDb db, Guid organizationId, QuotaType type, Guid id, CancellationToken token)
    {
        var chain = new HashSet<(QuotaType, Guid)> { (QuotaType.Organization, organizationId) };
        var next = new Stack<(QuotaType Type, Guid Id)>([(type, id)]);
        while (next.TryPop(out var part))
        {
            if (!chain.Add(part)) continue;
            foreach (var around in await AroundAsync(db, part.Type, part.Id, token)) next.Push(around);
        }

        return chain;
    }

    private static async Task<IEnumerable<(QuotaType, Guid)>> AroundAsync(PortalDb db, QuotaType type, Guid id, CancellationToken token) => type switch
    {
        QuotaType.Department => Known((QuotaType.Department, await db.Set<Department>().Where(d => d.Id == id).Select(d => d.ParentId).SingleOrDefaultAsync(token))),
        QuotaType.Team => Known((QuotaType.Department, await db.Set<Team>().Where(t => t.Id == id).Select(t => t.DepartmentId).SingleOrDefaultAsync(token))),
        QuotaType.Project => Known((QuotaType.Team, await db.Set<Project>().Where(p => p.Id == id).Select(p => p.TeamId).SingleOrDefaultAsync(token))),
        QuotaType.User => Known((QuotaType.Team, await db.Set<Membership>().Where(m => m.UserId == id).Select(m => m.TeamId).SingleOrDefaultAsync(token))),
        QuotaType.Key => await db.Set<ApiKey>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id, token) is { } key
            ? Known((QuotaType.Project, key.ProjectId), (QuotaType.Team, key.TeamId), (QuotaType.User, key.OwnerUserId),
                (QuotaType.CostCenter, key.CostCenterId), (QuotaType.Environment, key.EnvironmentId))
            : [],
        QuotaType.Organization or QuotaType.CostCenter or QuotaType.Environment => [],
    };

    private static IEnumerable<(QuotaType, Guid)> Known(params IEnumerable<(QuotaType Type, Guid? Id)> parts) =>
        parts.Where(part => part.Id is not null).Select(part => (part.Type, part.Id!.Value));
}

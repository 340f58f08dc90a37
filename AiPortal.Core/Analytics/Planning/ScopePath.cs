using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>Where a scope stands, by the names of what is around it.</summary>
internal static class ScopePath
{
    /// <summary>From the widest to the scope itself; empty when it is gone.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(PortalDb db, QuotaType type, Guid id, CancellationToken token)
    {
        var names = new List<string>();
        (QuotaType Type, Guid Id)? next = (type, id);
        while (next is { } part)
        {
            if (await StepAsync(db, part.Type, part.Id, token) is not { } step) break;
            names.Add(step.Name);
            next = step.Around;
        }

        names.Reverse();
        return names;
    }

    private static async Task<Step?> StepAsync(PortalDb db, QuotaType type, Guid id, CancellationToken token) => type switch
    {
        QuotaType.Organization => await db.Set<Organization>().Where(o => o.Id == id).Select(o => new Step(o.Name, null, null, null)).SingleOrDefaultAsync(token),
        QuotaType.Department => await db.Set<Department>().Where(d => d.Id == id).Select(d => new Step(d.Name, null, null, d.ParentId)).SingleOrDefaultAsync(token),
        QuotaType.Team => await db.Set<Team>().Where(t => t.Id == id).Select(t => new Step(t.Name, null, null, t.DepartmentId)).SingleOrDefaultAsync(token),
        QuotaType.Project => await db.Set<Project>().Where(p => p.Id == id).Select(p => new Step(p.Name, null, p.TeamId, null)).SingleOrDefaultAsync(token),
        QuotaType.CostCenter => await db.Set<CostCenter>().Where(c => c.Id == id).Select(c => new Step(c.Name, null, null, null)).SingleOrDefaultAsync(token),
        QuotaType.Environment => await db.Set<DeploymentEnvironment>().Where(e => e.Id == id).Select(e => new Step(e.Name, null, null, null)).SingleOrDefaultAsync(token),
        QuotaType.User => await db.Set<Membership>().Where(m => m.UserId == id).Select(m => new Step(m.Name, null, m.TeamId, null)).SingleOrDefaultAsync(token),
        QuotaType.Key => await db.Set<ApiKey>().Where(k => k.Id == id).Select(k => new Step(k.Name, k.ProjectId, k.TeamId, null)).SingleOrDefaultAsync(token),
    };

    private sealed record Step(string Name, Guid? ProjectId, Guid? TeamId, Guid? DepartmentId)
    {
        public (QuotaType, Guid)? Around =>
            ProjectId is { } project ? (QuotaType.Project, project)
            : TeamId is { } team ? (QuotaType.Team, team)
            : DepartmentId is { } department ? (QuotaType.Department, department)
            : null;
    }
}

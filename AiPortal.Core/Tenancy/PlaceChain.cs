using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Tenancy;

/// <summary>Finds in which parts of the organization something lies. The context must see all of it.</summary>
public static class PlaceChain
{
    /// <summary>Names of departments, teams and projects by id; deleted ones keep theirs.</summary>
    public static async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(PortalDb db, Guid[] ids, CancellationToken token = default)
    {
        if (ids.Length == 0) return new Dictionary<Guid, string>();
        var named = Named<Department>(db, ids).Concat(Named<Team>(db, ids)).Concat(Named<Project>(db, ids));
        return (await named.ToListAsync(token)).DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.Name);
    }

    private static IQueryable<Part> Named<TRow>(PortalDb db, Guid[] ids) where TRow : StructureRow =>
        db.Set<TRow>().AsNoTracking().Where(row => ids.Contains(row.Id)).Select(row => new Part { Id = row.Id, Name = row.Name });

    private sealed class Part
    {
        public Guid Id { get; init; }

        public required string Name { get; init; }
    }

    /// <summary>The parts given and all around them: projects, teams, departments, from the inside out.</summary>
    /// <param name="db">Of one organization.</param>
    /// <param name="projectId">A project; its team counts where no team is given.</param>
    /// <param name="teamId">A team.</param>
    /// <param name="userId">A person; his team counts where nothing else is given.</param>
    /// <param name="departmentId">A department.</param>
    /// <param name="token">Ends the read.</param>
    public static async Task<IReadOnlyCollection<Guid>> AroundAsync(
        PortalDb db, Guid? projectId = null, Guid? teamId = null, Guid? userId = null, Guid? departmentId = null, CancellationToken token = default)
    {
        var chain = new List<Guid>();
        if (projectId is { } project)
        {
            chain.Add(project);
            teamId ??= await db.Set<Project>().Where(p => p.Id == project).Select(p => p.TeamId).SingleOrDefaultAsync(token);
        }
        else if (teamId is null && userId is { } user)
        {
            teamId = await db.Set<Membership>().Where(m => m.UserId == user).Select(m => m.TeamId).SingleOrDefaultAsync(token);
        }

        if (teamId is { } team)
        {
            chain.Add(team);
            departmentId ??= await db.Set<Team>().Where(t => t.Id == team).Select(t => t.DepartmentId).SingleOrDefaultAsync(token);
        }

        while (departmentId is { } department && !chain.Contains(department))
        {
            chain.Add(department);
            departmentId = await db.Set<Department>().Where(d => d.Id == department).Select(d => d.ParentId).SingleOrDefaultAsync(token);
        }

        return chain;
    }
}

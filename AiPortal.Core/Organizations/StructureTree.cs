using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Part of the structure with what lies right below it.</summary>
/// <param name="Kind">Of what kind.</param>
/// <param name="Id">The row's id.</param>
/// <param name="Name">In words.</param>
/// <param name="Draft">What can be changed.</param>
public sealed record StructureNode(StructureKind Kind, Guid Id, string Name, StructureDraft Draft)
{
    /// <summary>Departments, teams and projects right below.</summary>
    public int Below { get; init; }

    /// <summary>Members of a team.</summary>
    public int Members { get; init; }
}

/// <summary>The first nodes of a level, and how many there are in all.</summary>
public sealed record StructureLevel(IReadOnlyList<StructureNode> Nodes, int Total);

/// <summary>One part with its place and what refers to it.</summary>
/// <param name="Node">The part.</param>
/// <param name="Path">The names above it, from the top.</param>
/// <param name="Keys">Keys attributed to it that are not revoked.</param>
/// <param name="Budgets">Budgets over it.</param>
public sealed record StructureDetail(StructureNode Node, IReadOnlyList<string> Path, int Keys, int Budgets);

/// <summary>The structure level by level, so that a large one is never read whole.</summary>
public sealed class StructureTree(TenantDb tenants)
{
    /// <summary>What hangs below a department or team, departments first; with null, what hangs below nothing.</summary>
    public Task<StructureLevel> BelowAsync(Guid organizationId, StructureKind? kind, Guid? parent, int take, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var level = new Level(db, take, token);
            if (kind is null or StructureKind.Department)
            {
                await level.AddAsync(new DepartmentShape(), rows => rows.Where(d => d.ParentId == parent));
                await level.AddAsync(new TeamShape(), rows => rows.Where(t => t.DepartmentId == parent));
            }

            if (kind is null or StructureKind.Team) await level.AddAsync(new ProjectShape(), rows => rows.Where(p => p.TeamId == parent));
            return await level.EndAsync();
        }, token);

    /// <summary>All of one kind, as cost centers and environments, which hang below nothing.</summary>
    public Task<StructureLevel> AllAsync(Guid organizationId, StructureKind kind, int take, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var level = new Level(db, take, token);
            if (kind == StructureKind.Department) await level.AddAsync(new DepartmentShape(), rows => rows);
            else if (kind == StructureKind.Team) await level.AddAsync(new TeamShape(), rows => rows);
            else if (kind == StructureKind.Project) await level.AddAsync(new ProjectShape(), rows => rows);
            else if (kind == StructureKind.CostCenter) await level.AddAsync(new CostCenterShape(), rows => rows);
            else await level.AddAsync(new EnvironmentShape(), rows => rows);
            return await level.EndAsync();
        }, token);

    /// <summary>Parts of every kind whose name, or code, contains the text.</summary>
    public Task<StructureLevel> SearchAsync(Guid organizationId, string text, int take, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var pattern = LikePattern.Contains(text);
            var level = new Level(db, take, token);
            await level.AddAsync(new DepartmentShape(), rows => rows.Where(r => EF.Functions.ILike(r.Name, pattern, @"\")));
            await level.AddAsync(new TeamShape(), rows => rows.Where(r => EF.Functions.ILike(r.Name, pattern, @"\")));
            await level.AddAsync(new ProjectShape(), rows => rows.Where(r => EF.Functions.ILike(r.Name, pattern, @"\")));
            await level.AddAsync(new CostCenterShape(), rows => rows.Where(r => EF.Functions.ILike(r.Name, pattern, @"\") || EF.Functions.ILike(r.Code!, pattern, @"\")));
            await level.AddAsync(new EnvironmentShape(), rows => rows.Where(r => EF.Functions.ILike(r.Name, pattern, @"\")));
            return await level.EndAsync();
        }, token);

    /// <summary>Null where it is not there or deleted.</summary>
    public Task<StructureDetail?> FindAsync(Guid organizationId, StructureKind kind, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync<StructureDetail?>(organizationId, async db =>
        {
            var level = new Level(db, 1, token);
            if (kind == StructureKind.Department) await level.AddAsync(new DepartmentShape(), rows => rows.Where(r => r.Id == id));
            else if (kind == StructureKind.Team) await level.AddAsync(new TeamShape(), rows => rows.Where(r => r.Id == id));
            else if (kind == StructureKind.Project) await level.AddAsync(new ProjectShape(), rows => rows.Where(r => r.Id == id));
            else if (kind == StructureKind.CostCenter) await level.AddAsync(new CostCenterShape(), rows => rows.Where(r => r.Id == id));
            else await level.AddAsync(new EnvironmentShape(), rows => rows.Where(r => r.Id == id));
            if ((await level.EndAsync()).Nodes is not [var node]) return null;
            var keys = await db.Set<ApiKey>().CountAsync(
                k => k.DeletedAt == null && k.Status != KeyStatus.Revoked && (k.TeamId == id || k.ProjectId == id || k.CostCenterId == id || k.EnvironmentId == id), token);
            return new StructureDetail(node, await PathAsync(db, node, token), keys, await db.Set<Budget>().CountAsync(b => b.ScopeId == id, token));
        }, token);

    private static async Task<IReadOnlyList<string>> PathAsync(PortalDb db, StructureNode node, CancellationToken token)
    {
        var names = new List<string>();
        var at = node.Draft.ParentId;
        if (node.Kind == StructureKind.Project && at is { } teamId)
        {
            var team = await db.Set<Team>().AsNoTracking().SingleAsync(t => t.Id == teamId, token);
            names.Add(team.Name);
            at = team.DepartmentId;
        }

        var departments = at is null ? [] : await db.Set<Department>().AsNoTracking().ToDictionaryAsync(d => d.Id, token);
        while (at is { } id && departments.Remove(id, out var department))
        {
            names.Add(department.Name);
            at = department.ParentId;
        }

        names.Reverse();
        return names;
    }

    /// <summary>Collects nodes of several kinds up to a number.</summary>
    private sealed class Level(PortalDb db, int take, CancellationToken token)
    {
        private readonly List<StructureNode> _nodes = [];
        private int _total;

        public async Task AddAsync<T>(StructureShape<T> shape, Func<IQueryable<T>, IQueryable<T>> filter) where T : StructureRow
        {
            var rows = filter(db.Set<T>().AsNoTracking().Where(r => r.DeletedAt == null));
            var room = take - _nodes.Count;
            if (room > 0)
            {
                foreach (var row in await rows.OrderBy(r => r.Name).ThenBy(r => r.Id).Take(room).ToListAsync(token))
                    _nodes.Add(new StructureNode(shape.Kind, row.Id, row.Name, shape.DraftOf(row)));
            }

            _total += await rows.CountAsync(token);
        }

        public async Task<StructureLevel> EndAsync()
        {
            var ids = _nodes.Select(n => (Guid?)n.Id).ToArray();
            var departments = await CountAsync(db.Set<Department>().Where(d => d.DeletedAt == null && ids.Contains(d.ParentId)).GroupBy(d => d.ParentId));
            var teams = await CountAsync(db.Set<Team>().Where(t => t.DeletedAt == null && ids.Contains(t.DepartmentId)).GroupBy(t => t.DepartmentId));
            var projects = await CountAsync(db.Set<Project>().Where(p => p.DeletedAt == null && ids.Contains(p.TeamId)).GroupBy(p => p.TeamId));
            var members = await CountAsync(db.Set<Membership>().Where(m => ids.Contains(m.TeamId)).GroupBy(m => m.TeamId));
            var nodes = _nodes.Select(node => node with
            {
                Below = departments.GetValueOrDefault(node.Id) + teams.GetValueOrDefault(node.Id) + projects.GetValueOrDefault(node.Id),
                Members = members.GetValueOrDefault(node.Id),
            });
            return new StructureLevel([.. nodes], _total);
        }

        private Task<Dictionary<Guid, int>> CountAsync<T>(IQueryable<IGrouping<Guid?, T>> groups) =>
            groups.Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key!.Value, g => g.Count, token);
    }
}

using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>What may be said of a department, team, project, cost center or environment; the parent, the code and the limits only where the kind has them.</summary>
public sealed record StructureDraft(string Name, Guid? ParentId = null, string? Code = null)
{
    /// <summary>Of a team, over all its keys.</summary>
    public RateLimit Limits { get; init; } = RateLimit.None;
}

/// <summary>The kinds of structure row.</summary>
public enum StructureKind { Department, Team, Project, CostCenter, Environment }

/// <summary>What tells one kind of structure row from another.</summary>
public abstract class StructureShape<T> where T : StructureRow
{
    public abstract StructureKind Kind { get; }

    /// <summary>As in audit actions and messages: <c>cost_center</c>.</summary>
    public string Word => EnumWord.Of(Kind);

    /// <summary>As a budget's scope.</summary>
    internal abstract QuotaType Scope { get; }

    /// <summary>The JSON member that names the parent; null where there is none.</summary>
    public virtual string? ParentMember => null;

    public virtual bool HasCode => false;

    public abstract T Make(string name);

    public virtual Guid? ParentOf(T row) => null;

    public virtual string? CodeOf(T row) => null;

    public bool HasLimits => typeof(ILimitedRow).IsAssignableFrom(typeof(T));

    public RateLimit LimitsOf(T row) => row is ILimitedRow limited ? RateLimit.Of(limited) : RateLimit.None;

    public StructureDraft DraftOf(T row) => new(row.Name, ParentOf(row), CodeOf(row)) { Limits = LimitsOf(row) };

    internal virtual void Apply(StructureDraft draft, T row)
    {
        row.Name = draft.Name.Trim();
        if (row is ILimitedRow limited) draft.Limits.WriteTo(limited);
    }

    /// <summary>The rows right below a parent.</summary>
    internal virtual IQueryable<T> Below(IQueryable<T> rows, Guid parentId) => rows;

    /// <summary>True where the parent is there and not deleted.</summary>
    internal virtual Task<bool> ParentExistsAsync(PortalDb db, Guid parentId, CancellationToken token) => Task.FromResult(false);

    /// <summary>True where the parent lies below the row itself.</summary>
    internal virtual Task<bool> IsBelowAsync(PortalDb db, Guid rowId, Guid parentId, CancellationToken token) => Task.FromResult(false);

    /// <summary>Words for the live rows below it; null where there are none.</summary>
    internal virtual Task<string?> ChildrenAsync(PortalDb db, Guid id, CancellationToken token) => Task.FromResult<string?>(null);
}

/// <summary>Departments may be nested.</summary>
public sealed class DepartmentShape : StructureShape<Department>
{
    public override StructureKind Kind => StructureKind.Department;

    internal override QuotaType Scope => QuotaType.Department;

    public override string ParentMember => "parent_id";

    public override Department Make(string name) => new() { Name = name };

    public override Guid? ParentOf(Department row) => row.ParentId;

    internal override IQueryable<Department> Below(IQueryable<Department> rows, Guid parentId) => rows.Where(r => r.ParentId == parentId);

    internal override void Apply(StructureDraft draft, Department row)
    {
        base.Apply(draft, row);
        row.ParentId = draft.ParentId;
    }

    internal override Task<bool> ParentExistsAsync(PortalDb db, Guid parentId, CancellationToken token) =>
        db.Set<Department>().AnyAsync(d => d.Id == parentId && d.DeletedAt == null, token);

    internal override async Task<bool> IsBelowAsync(PortalDb db, Guid rowId, Guid parentId, CancellationToken token)
    {
        var parents = await db.Set<Department>().AsNoTracking().ToDictionaryAsync(d => d.Id, d => d.ParentId, token);
        Guid? at = parentId;
        for (var steps = 0; at is { } id && steps <= parents.Count; steps++)
        {
            if (id == rowId) return true;
            at = parents.GetValueOrDefault(id);
        }

        return false;
    }

    internal override async Task<string?> ChildrenAsync(PortalDb db, Guid id, CancellationToken token) =>
        await db.Set<Department>().AnyAsync(d => d.ParentId == id && d.DeletedAt == null, token) ? "departments"
        : await db.Set<Team>().AnyAsync(t => t.DepartmentId == id && t.DeletedAt == null, token) ? "teams" : null;
}

/// <summary>A team may belong to a department.</summary>
public sealed class TeamShape : StructureShape<Team>
{
    public override StructureKind Kind => StructureKind.Team;

    internal override QuotaType Scope => QuotaType.Team;

    public override string ParentMember => "department_id";

    public override Team Make(string name) => new() { Name = name };

    public override Guid? ParentOf(Team row) => row.DepartmentId;

    internal override IQueryable<Team> Below(IQueryable<Team> rows, Guid parentId) => rows.Where(r => r.DepartmentId == parentId);

    internal override void Apply(StructureDraft draft, Team row)
    {
        base.Apply(draft, row);
        row.DepartmentId = draft.ParentId;
    }

    internal override Task<bool> ParentExistsAsync(PortalDb db, Guid parentId, CancellationToken token) =>
        db.Set<Department>().AnyAsync(d => d.Id == parentId && d.DeletedAt == null, token);

    internal override async Task<string?> ChildrenAsync(PortalDb db, Guid id, CancellationToken token) =>
        await db.Set<Project>().AnyAsync(p => p.TeamId == id && p.DeletedAt == null, token) ? "projects"
        : await db.Set<Membership>().AnyAsync(m => m.TeamId == id, token) ? "members" : null;
}

/// <summary>A project may belong to a team.</summary>
public sealed class ProjectShape : StructureShape<Project>
{
    public override StructureKind Kind => StructureKind.Project;

    internal override QuotaType Scope => QuotaType.Project;

    public override string ParentMember => "team_id";

    public override Project Make(string name) => new() { Name = name };

    public override Guid? ParentOf(Project row) => row.TeamId;

    internal override IQueryable<Project> Below(IQueryable<Project> rows, Guid parentId) => rows.Where(r => r.TeamId == parentId);

    internal override void Apply(StructureDraft draft, Project row)
    {
        base.Apply(draft, row);
        row.TeamId = draft.ParentId;
    }

    internal override Task<bool> ParentExistsAsync(PortalDb db, Guid parentId, CancellationToken token) =>
        db.Set<Team>().AnyAsync(t => t.Id == parentId && t.DeletedAt == null, token);
}

/// <summary>A cost center may carry finance's code.</summary>
public sealed class CostCenterShape : StructureShape<CostCenter>
{
    public override StructureKind Kind => StructureKind.CostCenter;

    internal override QuotaType Scope => QuotaType.CostCenter;

    public override bool HasCode => true;

    public override CostCenter Make(string name) => new() { Name = name };

    public override string? CodeOf(CostCenter row) => row.Code;

    internal override void Apply(StructureDraft draft, CostCenter row)
    {
        base.Apply(draft, row);
        row.Code = draft.Code;
    }
}

/// <summary>Development, test, production.</summary>
public sealed class EnvironmentShape : StructureShape<DeploymentEnvironment>
{
    public override StructureKind Kind => StructureKind.Environment;

    internal override QuotaType Scope => QuotaType.Environment;

    public override DeploymentEnvironment Make(string name) => new() { Name = name };
}

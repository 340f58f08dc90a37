using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>The organizations a person is a member of, in the order they were made.</summary>
public sealed class OrganizationList(TenantDb tenants)
{
    public async Task<Page<Organization>> PageAsync(Actor actor, int limit, Guid? after, CancellationToken token = default)
    {
        var rows = new List<Organization>();
        // Row-level security shows one organization a transaction; a person belongs to few.
        foreach (var id in actor.Roles.Keys.Order().Where(id => after is null || id > after).Take(limit + 1))
            rows.Add(await FindAsync(id, token) ?? throw new InvalidOperationException("A membership without its organization."));
        return Page<Organization>.Of(rows, limit, row => Cursor.Of(row.Id.ToString()));
    }

    public Task<Organization?> FindAsync(Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(id, db => db.Set<Organization>().AsNoTracking().SingleOrDefaultAsync(o => o.Id == id, token), token);
}

/// <summary>What to list of one kind of structure row.</summary>
public sealed record StructureFilter(Guid? ParentId = null, string? Name = null);

/// <summary>Live departments, teams, projects, cost centers or environments by name.</summary>
public sealed class StructureList<T>(TenantDb tenants, StructureShape<T> shape) where T : StructureRow
{
    /// <summary>The parent of a filter must exist, else nothing does.</summary>
    public Task<Outcome<Page<T>>> PageAsync(Guid organizationId, StructureFilter filter, int limit, (string Text, Guid Id)? after, CancellationToken token = default) =>
        tenants.ReadAsync<Outcome<Page<T>>>(organizationId, async db =>
        {
            var rows = db.Set<T>().AsNoTracking().Where(r => r.DeletedAt == null);
            if (filter.ParentId is { } parent)
            {
                if (!await shape.ParentExistsAsync(db, parent, token)) return Refusal.Missing(shape.ParentMember ?? "parent");
                rows = shape.Below(rows, parent);
            }

            if (filter.Name is { } name) rows = rows.Where(r => EF.Functions.ILike(r.Name, LikePattern.Contains(name), @"\"));
            if (after is { } last) rows = rows.Where(r => EF.Functions.GreaterThan(ValueTuple.Create(r.Name, r.Id), ValueTuple.Create(last.Text, last.Id)));
            var page = await rows.OrderBy(r => r.Name).ThenBy(r => r.Id).Take(limit + 1).ToListAsync(token);
            return Page<T>.Of(page, limit, row => Cursor.Of(row.Name, row.Id.ToString()));
        }, token);

    /// <summary>Null where it is not there or deleted.</summary>
    public Task<T?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<T>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, token), token);
}

using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>A member, whether he can sign in yet, his team by name, and the part of the organization that his role is for.</summary>
public sealed record MemberRow(Membership Membership, bool CanSignIn, string? Team, string? Place = null)
{
    /// <summary>Whether his address is known to be his.</summary>
    public bool EmailConfirmed { get; init; }


    public MemberStatus Status => CanSignIn ? MemberStatus.Active : MemberStatus.Invited;
}

/// <summary>The members of an organization as a table, by name.</summary>
public sealed class MemberSheet(TenantDb tenants)
{
    /// <summary>A team that is not there has no members.</summary>
    public Task<(IReadOnlyList<MemberRow> Rows, int Total)> ReadAsync(Guid organizationId, MemberFilter filter, int skip, int take, CancellationToken token = default) =>
        tenants.ReadAsync<(IReadOnlyList<MemberRow>, int)>(organizationId, async db =>
        {
            var rows = MemberList.Filtered(db, filter);
            var page = await Rows(db, rows.OrderBy(m => m.Name).ThenBy(m => m.Id).Skip(skip).Take(take)).ToListAsync(token);
            return (page, await rows.CountAsync(token));
        }, token);

    /// <summary>Null where there is none here.</summary>
    public Task<MemberRow?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => Rows(db, db.Set<Membership>().AsNoTracking().Where(m => m.Id == id)).SingleOrDefaultAsync(token), token);

    /// <summary>Live teams by name, for a choice; at most 500.</summary>
    public Task<IReadOnlyList<NamedPart>> TeamsAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<NamedPart>>(organizationId, async db => await db.Set<Team>().AsNoTracking().Where(t => t.DeletedAt == null)
            .OrderBy(t => t.Name).ThenBy(t => t.Id).Take(NamedPart.Most).Select(t => new NamedPart(t.Id, t.Name)).ToListAsync(token), token);

    /// <summary>Live parts that a role can be for, departments first, by name; at most 500 of each kind.</summary>
    public Task<IReadOnlyList<PlacePart>> PlacesAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<PlacePart>>(organizationId, async db =>
        [
            .. await PartsAsync<Department>(db, PlaceKind.Department, token), .. await PartsAsync<Team>(db, PlaceKind.Team, token), .. await PartsAsync<Project>(db, PlaceKind.Project, token),
        ], token);

    private static Task<List<PlacePart>> PartsAsync<TRow>(PortalDb db, PlaceKind kind, CancellationToken token) where TRow : StructureRow =>
        db.Set<TRow>().AsNoTracking().Where(row => row.DeletedAt == null).OrderBy(row => row.Name).ThenBy(row => row.Id).Take(NamedPart.Most)
            .Select(row => new PlacePart(new Place(kind, row.Id), row.Name)).ToListAsync(token);

    private static IQueryable<MemberRow> Rows(PortalDb db, IQueryable<Membership> members) =>
        members.OrderBy(m => m.Name).ThenBy(m => m.Id).Select(m => new MemberRow(
            m,
            db.Set<PortalUser>().Any(u => u.Id == m.UserId && (u.PasswordHash != null || u.EmailConfirmed)),
            db.Set<Team>().Where(t => t.Id == m.TeamId).Select(t => t.Name).FirstOrDefault(),
            m.ScopeId == null ? null
                : m.ScopeType == PlaceKind.Team ? db.Set<Team>().Where(t => t.Id == m.ScopeId).Select(t => t.Name).FirstOrDefault()
                : m.ScopeType == PlaceKind.Project ? db.Set<Project>().Where(p => p.Id == m.ScopeId).Select(p => p.Name).FirstOrDefault()
                : db.Set<Department>().Where(d => d.Id == m.ScopeId).Select(d => d.Name).FirstOrDefault())
        {
            EmailConfirmed = db.Set<PortalUser>().Any(u => u.Id == m.UserId && u.EmailConfirmed),
        });
}

/// <summary>A part of the organization that a role can be for.</summary>
public sealed record PlacePart(Place Place, string Name);

/// <summary>Part of the structure, to choose.</summary>
public sealed record NamedPart(Guid Id, string Name)
{
    public const int Most = 500;
}

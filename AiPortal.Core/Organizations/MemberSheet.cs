using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>A member, whether he can sign in yet, and his team by name.</summary>
public sealed record MemberRow(Membership Membership, bool CanSignIn, string? Team)
{
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

    private static IQueryable<MemberRow> Rows(PortalDb db, IQueryable<Membership> members) =>
        members.OrderBy(m => m.Name).ThenBy(m => m.Id).Select(m => new MemberRow(
            m,
            db.Set<PortalUser>().Any(u => u.Id == m.UserId && u.PasswordHash != null),
            db.Set<Team>().Where(t => t.Id == m.TeamId).Select(t => t.Name).FirstOrDefault()));
}

/// <summary>Part of the structure, to choose.</summary>
public sealed record NamedPart(Guid Id, string Name)
{
    public const int Most = 500;
}

using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Whether a member has a way to sign in: a password, or a directory or provider that knows him.</summary>
public enum MemberStatus { Active, Invited }

/// <summary>A member, whether he can sign in yet, and whether his address is known to be his.</summary>
public sealed record MemberLine(Membership Membership, bool CanSignIn, bool EmailConfirmed);

/// <summary>What to list of members.</summary>
public sealed record MemberFilter(Role? Role = null, Guid? TeamId = null, string? Search = null, MemberStatus? Status = null);

/// <summary>Members by name.</summary>
public sealed class MemberList(TenantDb tenants)
{
    public Task<Outcome<Page<MemberLine>>> PageAsync(Guid organizationId, MemberFilter filter, int limit, (string Text, Guid Id)? after, CancellationToken token = default) =>
        tenants.ReadAsync<Outcome<Page<MemberLine>>>(organizationId, async db =>
        {
            if (await MemberRules.CheckTeamAsync(db, filter.TeamId, token) is { } missing) return missing;
            var rows = Filtered(db, filter);
            if (after is { } last) rows = rows.Where(m => EF.Functions.GreaterThan(ValueTuple.Create(m.Name, m.Id), ValueTuple.Create(last.Text, last.Id)));
            var page = await Lines(db, rows.OrderBy(m => m.Name).ThenBy(m => m.Id).Take(limit + 1)).ToListAsync(token);
            return Page<MemberLine>.Of(page, limit, line => Cursor.Of(line.Membership.Name, line.Membership.Id.ToString()));
        }, token);

    public Task<MemberLine?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId,
            db => Lines(db, db.Set<Membership>().AsNoTracking().Where(m => m.Id == id)).SingleOrDefaultAsync(token), token);

    internal static IQueryable<Membership> Filtered(PortalDb db, MemberFilter filter)
    {
        var rows = db.Set<Membership>().AsNoTracking();
        if (filter.Role is { } role) rows = rows.Where(m => m.Role == role);
        if (filter.TeamId is { } team) rows = rows.Where(m => m.TeamId == team);
        if (filter.Status is { } status)
        {
            var active = status == MemberStatus.Active;
            rows = rows.Where(m => db.Set<PortalUser>().Any(u => u.Id == m.UserId && (u.PasswordHash != null || u.EmailConfirmed)) == active);
        }

        if (filter.Search is { } text)
        {
            var pattern = LikePattern.Contains(text);
            rows = rows.Where(m => EF.Functions.ILike(m.Name, pattern, @"\") || EF.Functions.ILike(m.Email, pattern, @"\"));
        }

        return rows;
    }

    private static IQueryable<MemberLine> Lines(PortalDb db, IQueryable<Membership> rows) =>
        rows.Join(db.Set<PortalUser>(), m => m.UserId, u => u.Id, (m, u) => new { m, u.PasswordHash, u.EmailConfirmed })
            .OrderBy(l => l.m.Name).ThenBy(l => l.m.Id)
            .Select(l => new MemberLine(l.m, l.PasswordHash != null || l.EmailConfirmed, l.EmailConfirmed));
}

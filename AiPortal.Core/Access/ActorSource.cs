using AiPortal.Core.Access.Grants;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>Finds who a credential stands for. Read anew for each request, so that a revoked session or a changed role counts at once.</summary>
public sealed class ActorSource(PortalDatabase database, TimeProvider clock)
{
    public const string AccessPrefix = "apt_";
    public const string ServicePrefix = "aps_";

    /// <summary>Null for an unknown, expired or revoked token.</summary>
    public async Task<Actor?> ByTokenAsync(string token, string? clientIp, CancellationToken cancellation = default)
    {
        if (token.Length > 200) return null;
        var hash = OpaqueToken.HashOf(token);
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        if (token.StartsWith(ServicePrefix, StringComparison.Ordinal))
        {
            if (await ServiceAsync(db, hash, now, cancellation) is not { } service) return null;
            var roles = new Dictionary<Guid, Role> { [service.OrganizationId] = service.Role };
            return new Actor(service.Id, service.Name, roles, service.OrganizationId, clientIp, IsService: true);
        }

        var session = await db.Set<Session>().AsNoTracking().SingleOrDefaultAsync(s => s.AccessHash == hash, cancellation);
        if (session is null || session.RevokedAt is not null || session.AccessExpiresAt <= now) return null;
        return await PersonAsync(db, session, clientIp, now, cancellation);
    }

    /// <summary>Null when the browser session has ended or its user is gone.</summary>
    public async Task<Actor?> BySessionAsync(Guid sessionId, string? clientIp, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        var session = await db.Set<Session>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == sessionId, cancellation);
        if (session is null || session.RevokedAt is not null || session.ExpiresAt <= now) return null;
        return await PersonAsync(db, session, clientIp, now, cancellation);
    }

    /// <summary>Who asked for something earlier, with the rights of now: null where the person has left or the token does not work any more.</summary>
    public async Task<Actor?> ForLaterAsync(Guid id, bool isService, Guid organizationId, CancellationToken cancellation = default)
    {
        await using var db = database.OpenSystem();
        if (!isService)
        {
            var member = await db.Set<Membership>().AsNoTracking().SingleOrDefaultAsync(m => m.UserId == id && m.OrganizationId == organizationId, cancellation);
            if (member is null) return null;
            var now = clock.GetUtcNow();
            var lent = await LentAsync(db, id, now, cancellation);
            return new Actor(id, member.Name, new Dictionary<Guid, Role> { [organizationId] = WholeOf(member.Role, member.Place) }, organizationId)
            {
                Lent = [.. lent.Where(role => role.OrganizationId == organizationId)],
                Placed = member.Place is { } place ? new Dictionary<Guid, PlacedRole> { [organizationId] = new(member.Role, place) } : [],
            };
        }

        var hash = await db.Set<ServiceToken>().AsNoTracking().Where(t => t.Id == id && t.OrganizationId == organizationId).Select(t => t.TokenHash).SingleOrDefaultAsync(cancellation);
        return hash is not null && await ServiceAsync(db, hash, clock.GetUtcNow(), cancellation) is { } service
            ? new Actor(service.Id, service.Name, new Dictionary<Guid, Role> { [organizationId] = service.Role }, organizationId, IsService: true)
            : null;
    }

    /// <summary>Null for a token that does not work now.</summary>
    private static async Task<ServiceToken?> ServiceAsync(PortalDb db, byte[] hash, DateTimeOffset now, CancellationToken cancellation)
    {
        // The token, and up the tokens it was made with.
        var chain = await db.Set<ServiceToken>().FromSql($"""
            WITH RECURSIVE chain AS (
              SELECT * FROM service_tokens WHERE token_hash = {hash}
              UNION SELECT maker.* FROM service_tokens maker JOIN chain made ON maker.id = made.created_by AND maker.organization_id = made.organization_id)
            SELECT * FROM chain
            """).IgnoreQueryFilters().AsNoTracking().ToDictionaryAsync(t => t.Id, cancellation);
        var service = chain.Values.SingleOrDefault(t => t.TokenHash.AsSpan().SequenceEqual(hash));
        if (service is null) return null;
        var people = chain.Values.Select(t => t.CreatedBy).ToArray();
        var roles = await db.Set<Membership>().AsNoTracking().Where(m => m.OrganizationId == service.OrganizationId && people.Contains(m.UserId))
            .ToDictionaryAsync(m => m.UserId, m => m.ScopeId == null ? m.Role : Role.Member, cancellation);
        return ServiceTokenStanding.Of(service, chain, roles, now) == ServiceTokenStatus.Active ? service : null;
    }

    private static async Task<Actor?> PersonAsync(PortalDb db, Session session, string? clientIp, DateTimeOffset now, CancellationToken cancellation)
    {
        var user = await db.Set<PortalUser>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == session.UserId, cancellation);
        if (user is null) return null;
        var places = await db.Set<Membership>().AsNoTracking().Where(m => m.UserId == user.Id)
            .Join(db.Set<Organization>(), m => m.OrganizationId, o => o.Id, (m, o) => new { m.OrganizationId, m.Role, m.ScopeType, m.ScopeId, o.TwoFactorRoles }).ToListAsync(cancellation);
        var lent = await LentAsync(db, user.Id, now, cancellation);
        if (session.ConfinedTo is { } only)
        {
            places.RemoveAll(place => place.OrganizationId != only);
            lent.RemoveAll(more => more.OrganizationId != only);
        }

        SignInDebt? owes = user.MustChangePassword && session.ConfinedTo is null ? SignInDebt.NewPassword
            : !user.TwoFactorEnabled && !session.SecondFactorTrusted && places.Exists(place => place.TwoFactorRoles.Contains(place.Role)
                || lent.Exists(more => more.OrganizationId == place.OrganizationId && place.TwoFactorRoles.Contains(more.Role))) ? SignInDebt.TwoFactor : null;
        if (owes is not null) places.Clear();
        var placed = places.Where(place => place.ScopeType is not null)
            .ToDictionary(place => place.OrganizationId, place => new PlacedRole(place.Role, new Place(place.ScopeType!.Value, place.ScopeId!.Value)));
        var roles = places.ToDictionary(place => place.OrganizationId, place => WholeOf(place.Role, placed.GetValueOrDefault(place.OrganizationId)?.Place));
        var home = user.HomeOrganizationId is { } id && roles.ContainsKey(id) ? id : roles.Keys.Order().Cast<Guid?>().FirstOrDefault();
        if (now - session.SeenAt > Session.SeenEvery)
        {
            await db.Set<Session>().Where(s => s.Id == session.Id).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.SeenAt, now).SetProperty(s => s.ClientIp, s => clientIp ?? s.ClientIp), cancellation);
        }

        return new Actor(user.Id, user.Name, roles, home, clientIp, IsBootstrap: user.IsBootstrap && session.ConfinedTo is null, SessionId: session.Id)
        {
            Owes = owes,
            Lent = lent,
            Placed = placed,
            ConfinedTo = session.ConfinedTo,
        };
    }

    /// <summary>Whose role is for a part of the organization is a member in the rest.</summary>
    private static Role WholeOf(Role role, Place? place) => place is null ? role : Role.Member;

    private static async Task<List<LentRole>> LentAsync(PortalDb db, Guid userId, DateTimeOffset now, CancellationToken cancellation) =>
        [.. (await db.Set<AccessGrant>().AsNoTracking().Where(g => g.UserId == userId && g.EndedAt == null && g.EndsAt > now).ToListAsync(cancellation))
            .Select(g => new LentRole(g.OrganizationId, g.Role, g.EndsAt, g.Place))];
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>The two tokens of an API session, in clear; given out once.</summary>
public sealed record SessionTokens(string AccessToken, string RefreshToken, TimeSpan ExpiresIn);

/// <summary>Where somebody signed in.</summary>
public enum SessionKind { Browser, Api }

/// <summary>A session as its person sees it. Instants are UTC; <c>SeenAt</c> is right to five minutes.</summary>
public sealed record OwnSession(Guid Id, SessionKind Kind, string? ClientIp, string? UserAgent, bool IsCurrent, DateTimeOffset CreatedAt, DateTimeOffset SeenAt, DateTimeOffset ExpiresAt);

/// <summary>Begins, renews and ends sessions. One begins with a finished step of <see cref="SignIn"/> alone, so that no way in passes its rules by.</summary>
public sealed class Sessions(PortalDatabase database, TimeProvider clock)
{
    private const int MostShown = 200;
    private const string RefreshPrefix = "apr_";
    private static readonly TimeSpan AccessLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan Life = TimeSpan.FromDays(14);

    /// <summary>Who has left a directory is out within a working day.</summary>
    private static readonly TimeSpan OutsideLife = TimeSpan.FromHours(12);

    /// <summary>A session for an API client.</summary>
    public async Task<SessionTokens> BeginAsync(SignInStep step, string? clientIp, string? userAgent, CancellationToken token = default)
    {
        var session = New(step, clientIp, userAgent);
        var tokens = Issue(session);
        await using var db = database.OpenSystem();
        db.Add(session);
        await db.SaveChangesAsync(token);
        return tokens;
    }

    /// <summary>A session for a browser, whose cookie carries the returned id.</summary>
    public async Task<Guid> BeginBrowserAsync(SignInStep step, string? clientIp, string? userAgent, CancellationToken token = default)
    {
        var session = New(step, clientIp, userAgent);
        await using var db = database.OpenSystem();
        db.Add(session);
        await db.SaveChangesAsync(token);
        return session.Id;
    }

    /// <summary>New tokens for a good refresh token; null otherwise. One that was spent before ends its session: it may have been stolen.</summary>
    public async Task<SessionTokens?> RefreshAsync(string refreshToken, CancellationToken token = default)
    {
        if (refreshToken.Length > 200) return null;
        var hash = OpaqueToken.HashOf(refreshToken);
        await using var db = database.OpenSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        var session = await db.Set<Session>()
            .FromSql($"SELECT * FROM sessions WHERE refresh_hash = {hash} OR spent_refresh_hash = {hash} FOR UPDATE")
            .FirstOrDefaultAsync(token);
        if (session is null || session.RevokedAt is not null || session.ExpiresAt <= clock.GetUtcNow()) return null;
        SessionTokens? tokens = null;
        if (session.RefreshHash.AsSpan().SequenceEqual(hash))
        {
            session.SpentRefreshHash = session.RefreshHash;
            tokens = Issue(session);
        }
        else
        {
            session.RevokedAt = clock.GetUtcNow();
        }

        await db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return tokens;
    }

    public async Task EndAsync(Guid sessionId, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        await db.Set<Session>().Where(s => s.Id == sessionId && s.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), token);
    }

    /// <summary>Those of a person that stand, the last seen first; at most 200.</summary>
    public async Task<IReadOnlyList<OwnSession>> OfAsync(Actor actor, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        return await db.Set<Session>().AsNoTracking().Where(s => s.UserId == actor.Id && s.RevokedAt == null && s.ExpiresAt > now)
            .OrderByDescending(s => s.SeenAt).ThenBy(s => s.Id).Take(MostShown)
            .Select(s => new OwnSession(s.Id, s.AccessHash == null ? SessionKind.Browser : SessionKind.Api, s.ClientIp, s.UserAgent, s.Id == actor.SessionId, s.CreatedAt, s.SeenAt, s.ExpiresAt))
            .ToListAsync(token);
    }

    /// <summary>Ends one of the person's own.</summary>
    public async Task<Outcome<Guid>> EndOwnAsync(Actor actor, Guid sessionId, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        var ended = await db.Set<Session>().Where(s => s.Id == sessionId && s.UserId == actor.Id && s.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), token);
        return ended == 1 ? sessionId : Refusal.Missing("session");
    }

    /// <summary>Ends all sessions of a person but one; after a password change.</summary>
    public async Task EndOthersAsync(Guid userId, Guid? except, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        await db.Set<Session>().Where(s => s.UserId == userId && s.RevokedAt == null && s.Id != except)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), token);
    }

    /// <summary>Ends what a directory or provider began: it is changed, off or gone.</summary>
    public Task EndOfSourceAsync(Guid sourceId, CancellationToken token = default) => EndOfSourceAsync(sourceId, null, token);

    /// <summary>The same of one person; null: of everybody.</summary>
    public async Task EndOfSourceAsync(Guid sourceId, Guid? userId, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        await db.Set<Session>().Where(s => s.SourceId == sourceId && (userId == null || s.UserId == userId) && s.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), token);
    }

    private Session New(SignInStep step, string? clientIp, string? userAgent)
    {
        if (step.NeedsCode) throw new InvalidOperationException("Signing in is not finished: the second factor is still to come.");
        var now = clock.GetUtcNow();
        var ends = now + (step.Way is null ? Life : OutsideLife);
        return new Session
        {
            Id = Ids.New(clock),
            UserId = step.User.Id,
            CreatedAt = now,
            SeenAt = now,
            AccessExpiresAt = ends,
            ExpiresAt = ends,
            SourceId = step.Way?.SourceId,
            ConfinedTo = step.Way?.OrganizationId,
            SecondFactorTrusted = step.Way?.SecondFactorTrusted ?? false,
            ClientIp = clientIp,
            UserAgent = userAgent is { Length: > 300 } ? userAgent[..300] : userAgent,
        };
    }

    private SessionTokens Issue(Session session)
    {
        var access = OpaqueToken.Create(ActorSource.AccessPrefix);
        var refresh = OpaqueToken.Create(RefreshPrefix);
        session.AccessHash = access.Hash;
        session.RefreshHash = refresh.Hash;
        session.AccessExpiresAt = clock.GetUtcNow() + AccessLife;
        return new SessionTokens(access.Text, refresh.Text, AccessLife);
    }
}

using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access.Grants;

/// <summary>Whether a lent role counts now.</summary>
public enum GrantStatus { Active, Expired, Ended }

/// <summary>A grant with whom it was given to; names are null where he is no member any more.</summary>
public sealed record GrantLine(AccessGrant Grant, string? Name, string? Email, GrantStatus Status)
{
    /// <summary>The part of the organization that it is for, by name.</summary>
    public string? Place { get; init; }
}

/// <summary>What is lent, newest first; what is over is there too.</summary>
public sealed class GrantList(TenantDb tenants, TimeProvider clock)
{
    /// <param name="organizationId">Whose.</param>
    /// <param name="userId">To one person; null: to anybody.</param>
    /// <param name="onlyActive">Leaves out what is over.</param>
    /// <param name="limit">Rows of a page.</param>
    /// <param name="after">The last row before.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Page<GrantLine>> PageAsync(Guid organizationId, Guid? userId = null, bool onlyActive = false, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var now = clock.GetUtcNow();
            var grants = db.Set<AccessGrant>().AsNoTracking();
            if (userId is { } user) grants = grants.Where(g => g.UserId == user);
            if (onlyActive) grants = grants.Where(g => g.EndedAt == null && g.EndsAt > now);
            if (after is { } last)
                grants = grants.Where(g => EF.Functions.LessThan(ValueTuple.Create(g.CreatedAt, g.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await grants.OrderByDescending(g => g.CreatedAt).ThenByDescending(g => g.Id).Take(limit + 1).ToListAsync(token);
            var people = rows.Select(g => g.UserId).Distinct().ToArray();
            var members = await db.Set<Membership>().AsNoTracking().Where(m => people.Contains(m.UserId)).ToDictionaryAsync(m => m.UserId, token);
            var places = await PlaceChain.NamesAsync(db, [.. rows.Select(g => g.ScopeId).OfType<Guid>()], token);
            return Page<AccessGrant>.Of(rows, limit, row => Cursor.Of(row.CreatedAt, row.Id)).Select(row => new GrantLine(
                row, members.GetValueOrDefault(row.UserId)?.Name, members.GetValueOrDefault(row.UserId)?.Email, StatusAt(row, now))
            {
                Place = row.ScopeId is { } place ? places.GetValueOrDefault(place) : null,
            });
        }, token);

    public static GrantStatus StatusAt(AccessGrant grant, DateTimeOffset now) =>
        grant.EndedAt is not null ? GrantStatus.Ended : grant.EndsAt <= now ? GrantStatus.Expired : GrantStatus.Active;
}

using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>A token and whether it works now.</summary>
public sealed record ServiceTokenLine(ServiceToken Token, ServiceTokenStatus Status);

/// <summary>Service tokens, newest first; revoked and expired ones are there too.</summary>
public sealed class ServiceTokenList(TenantDb tenants, TimeProvider clock)
{
    public Task<Page<ServiceTokenLine>> PageAsync(Guid organizationId, int limit = Cursor.DefaultLimit, (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var tokens = db.Set<ServiceToken>().AsNoTracking();
            if (after is { } last)
                tokens = tokens.Where(t => EF.Functions.LessThan(ValueTuple.Create(t.CreatedAt, t.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await tokens.OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id).Take(limit + 1).ToListAsync(token);
            var standing = await StandingAsync(db, token);
            return Page<ServiceToken>.Of(rows, limit, row => Cursor.Of(row.CreatedAt, row.Id)).Select(standing);
        }, token);

    /// <summary>Null when there is none here.</summary>
    public Task<ServiceTokenLine?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
            await db.Set<ServiceToken>().AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, token) is { } row
                ? (await StandingAsync(db, token))(row)
                : null, token);

    private async Task<Func<ServiceToken, ServiceTokenLine>> StandingAsync(PortalDb db, CancellationToken token)
    {
        var all = db.Set<ServiceToken>().AsNoTracking();
        var makers = await all.Where(maker => all.Any(made => made.CreatedBy == maker.Id)).ToDictionaryAsync(t => t.Id, token);
        var roles = await db.Set<Membership>().AsNoTracking().ToDictionaryAsync(m => m.UserId, m => m.ScopeId == null ? m.Role : Role.Member, token);
        var now = clock.GetUtcNow();
        return row => new ServiceTokenLine(row, ServiceTokenStanding.Of(row, makers, roles, now));
    }
}

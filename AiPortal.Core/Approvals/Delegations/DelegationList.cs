using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals.Delegations;

/// <summary>A delegation with the names of both.</summary>
public sealed record DelegationLine(ApprovalDelegation Delegation, string? From, string? To);

/// <summary>Delegations that run or are to come.</summary>
public sealed class DelegationList(TenantDb tenants, TimeProvider clock)
{
    /// <param name="organizationId">Of which organization.</param>
    /// <param name="userId">Given by or to this person; null: all.</param>
    /// <param name="token">Cancels the read.</param>
    public Task<IReadOnlyList<DelegationLine>> ReadAsync(Guid organizationId, Guid? userId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<DelegationLine>>(organizationId, async db =>
        {
            var now = clock.GetUtcNow();
            var rows = await db.Set<ApprovalDelegation>().AsNoTracking().Where(d => d.RevokedAt == null && d.EndsAt > now)
                .Where(d => userId == null || d.FromUserId == userId || d.ToUserId == userId).OrderBy(d => d.StartsAt).ThenBy(d => d.Id).Take(Cursor.MaxLimit).ToListAsync(token);
            var people = rows.SelectMany(d => new[] { d.FromUserId, d.ToUserId }).Distinct().ToArray();
            var names = await db.Set<Membership>().AsNoTracking().Where(m => people.Contains(m.UserId)).ToDictionaryAsync(m => m.UserId, m => m.Name, token);
            return [.. rows.Select(row => new DelegationLine(row, names.GetValueOrDefault(row.FromUserId), names.GetValueOrDefault(row.ToUserId)))];
        }, token);

    /// <summary>Members to whom one can delegate, by name.</summary>
    public Task<IReadOnlyList<(Guid UserId, string Name)>> ColleaguesAsync(Guid organizationId, Guid userId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<(Guid, string)>>(organizationId, async db =>
        [
            .. (await db.Set<Membership>().AsNoTracking().Where(m => m.UserId != userId).OrderBy(m => m.Name).Take(Cursor.MaxLimit).Select(m => new { m.UserId, m.Name }).ToListAsync(token))
                .Select(m => (m.UserId, m.Name)),
        ], token);
}

using AiPortal.Core.Approvals.Delegations;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals;

/// <summary>In whose name somebody would decide; <c>OnBehalfOf</c> is null for his own.</summary>
internal sealed record Authority(Guid? OnBehalfOf, string? OnBehalfOfName);

/// <summary>What a person can decide at this moment: by his own role, and by the roles of those who are away.</summary>
internal sealed class Standing
{
    private readonly Guid _userId;
    private readonly Membership? _own;
    private readonly IReadOnlyList<Membership> _absent;

    private Standing(Guid userId, Membership? own, IReadOnlyList<Membership> absent) => (_userId, _own, _absent) = (userId, own, absent);

    /// <param name="db">Of one organization.</param>
    /// <param name="userId">Who wants to decide.</param>
    /// <param name="now">UTC.</param>
    /// <param name="locked">Holds the roles read until the transaction ends, so that one lost meanwhile is lost before or after, never between.</param>
    /// <param name="token">Cancels the read.</param>
    public static async Task<Standing> ReadAsync(PortalDb db, Guid userId, DateTimeOffset now, bool locked, CancellationToken token)
    {
        var absent = await db.Set<ApprovalDelegation>().AsNoTracking()
            .Where(d => d.ToUserId == userId && d.RevokedAt == null && d.StartsAt <= now && d.EndsAt > now).Select(d => d.FromUserId).Distinct().ToListAsync(token);
        Guid[] people = [userId, .. absent];
        var rows = locked
            ? db.Set<Membership>().FromSql($"SELECT * FROM memberships WHERE user_id = ANY ({people}) ORDER BY id FOR SHARE")
            : db.Set<Membership>().Where(m => people.Contains(m.UserId));
        var members = await rows.AsNoTracking().ToListAsync(token);
        return new Standing(userId, members.FirstOrDefault(m => m.UserId == userId), [.. members.Where(m => m.UserId != userId).OrderBy(m => m.Name, StringComparer.Ordinal)]);
    }

    /// <summary>The steps that he can take for anybody's request at all.</summary>
    public Approver[] Steps => [.. (_own is { } own ? Approvers.Of(own.Role) : []).Concat(_absent.SelectMany(other => Approvers.Of(other.Role))).Distinct()];

    /// <summary>Whose role is for a part of the organization decides what lies in it.</summary>
    private static bool Includes(Approver step, Membership member, Approval approval) =>
        step.Includes(member.Role) && (member.ScopeId is not { } scope || approval.Places.Contains(scope));

    /// <summary>
    /// Null where he may not take the next step: his own request, somebody who is no approver, a step he has taken already. Who asked
    /// lends nobody his role for his own request.
    /// </summary>
    public Authority? For(Approval approval, IEnumerable<ApprovalEvent> events)
    {
        if (_own is not { } own || approval.Next is not { } step) return null;
        if (_userId == approval.RequesterId || _userId == approval.RequestedBy) return null;
        var taken = events.Where(e => e.ApprovalId == approval.Id && e.Kind == ApprovalEventKind.Approved).ToList();
        if (taken.Any(e => e.ActorId == _userId || e.OnBehalfOf == _userId)) return null;
        if (Includes(step, own, approval)) return new Authority(null, null);
        return _absent.Where(other => Includes(step, other, approval) && other.UserId != approval.RequesterId && !taken.Any(e => e.ActorId == other.UserId || e.OnBehalfOf == other.UserId))
            .Select(other => new Authority(other.UserId, other.Name)).FirstOrDefault();
    }
}

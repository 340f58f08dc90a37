using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Approvals;

/// <summary>Makes lines of a request's history.</summary>
internal static class ApprovalHistory
{
    public static ApprovalEvent Event(Approval approval, ApprovalEventKind kind, Actor actor, TimeProvider clock, string? comment, int? step = null, Authority? authority = null) => new()
    {
        Id = Ids.New(clock),
        OrganizationId = approval.OrganizationId,
        ApprovalId = approval.Id,
        Kind = kind,
        Step = step,
        ActorId = actor.Id,
        ActorName = actor.Name,
        OnBehalfOf = authority?.OnBehalfOf,
        OnBehalfOfName = authority?.OnBehalfOfName,
        Comment = string.IsNullOrWhiteSpace(comment) ? null : comment.Trim(),
    };
}

using System.Text.Json.Nodes;

namespace AiPortal.Core.Approvals;

/// <summary>What a request is about.</summary>
public sealed record ApprovalSubject(string Type, Guid? Id, string Name);

/// <summary>Who asked; <c>UserId</c> is the token's id where a service asked.</summary>
public sealed record ApprovalRequester(Guid UserId, string Name, bool IsService);

/// <summary>One step: whose yes it needs, and who gave it.</summary>
public sealed record ApprovalStep(Approver Approver, bool Done, string? DecidedBy = null, string? OnBehalfOf = null, DateTimeOffset? DecidedAt = null);

/// <summary>A request as the API answers it, also in place of a change that has to wait for it.</summary>
public sealed record ApprovalAnswer(
    Guid Id,
    Guid OrganizationId,
    string Kind,
    string Action,
    ApprovalSubject Subject,
    ApprovalRequester RequestedBy,
    string? Reason,
    ApprovalStatus Status,
    IReadOnlyList<ApprovalStep> Steps,
    decimal? Amount,
    Guid? EnvironmentId,
    JsonNode? Before,
    JsonNode? After,
    Guid? ResultId,
    string? VoidReason,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? DecidedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <param name="approval">The request.</param>
    /// <param name="events">Its decisions, for the names at the steps.</param>
    /// <param name="now">UTC.</param>
    public static ApprovalAnswer Of(Approval approval, IReadOnlyCollection<ApprovalEvent> events, DateTimeOffset now) => new(
        approval.Id, approval.OrganizationId, approval.Kind, approval.Action, new ApprovalSubject(approval.SubjectType, approval.SubjectId, approval.SubjectName),
        new ApprovalRequester(approval.RequestedBy, approval.RequestedByName, approval.IsByService), approval.Reason, approval.StatusAt(now),
        StepsOf(approval, events), approval.Amount, approval.EnvironmentId, Node(approval.Before), Node(approval.After), approval.ResultId, approval.VoidReason,
        approval.ExpiresAt, approval.DecidedAt, approval.CreatedAt, approval.UpdatedAt);

    public static IReadOnlyList<ApprovalStep> StepsOf(Approval approval, IReadOnlyCollection<ApprovalEvent> events) =>
    [
        .. approval.Steps.Select((approver, index) => events.FirstOrDefault(e => e.ApprovalId == approval.Id && e.Kind == ApprovalEventKind.Approved && e.Step == index + 1) is { } yes
            ? new ApprovalStep(approver, index < approval.StepsDone, yes.ActorName, yes.OnBehalfOfName, yes.CreatedAt)
            : new ApprovalStep(approver, index < approval.StepsDone)),
    ];

    private static JsonNode? Node(string? json) => json is null ? null : JsonNode.Parse(json);
}

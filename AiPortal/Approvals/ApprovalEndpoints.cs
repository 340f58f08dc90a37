using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;

namespace AiPortal.Approvals;

/// <summary><c>/api/v1/approvals</c>: changes that others have to agree to.</summary>
internal static class ApprovalEndpoints
{
    /// <summary>A line of a request's history. <c>on_behalf_of</c> is who was away.</summary>
    internal sealed record EventView(ApprovalEventKind Kind, int? Step, Guid ActorId, string ActorName, string? OnBehalfOf, string? Comment, DateTimeOffset CreatedAt)
    {
        public static EventView Of(ApprovalEvent row) => new(row.Kind, row.Step, row.ActorId, row.ActorName, row.OnBehalfOfName, row.Comment, row.CreatedAt);
    }


    private static ApprovalAnswer Example { get; } = new(
        ApiExamples.Id, ApiExamples.Id, "key.remove", "key.remove", new ApprovalSubject("key", ApiExamples.Id, "search"), new ApprovalRequester(ApiExamples.Id, "Ada", false),
        null, ApprovalStatus.Pending, [new ApprovalStep(Approver.Manager, false)], null, null, null, null, null, null, ApiExamples.Instant, null, ApiExamples.Instant, ApiExamples.Instant);

    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/approvals").WithTags("Approvals");
        group.MapGet("", ListAsync).Describe(
            "List requests, newest first; filters box (inbox: those that wait for you; mine; all), status, kind, subject_id.", answer: new Page<ApprovalAnswer>([Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a request.", answer: Example);
        group.MapGet("/{id:guid}/history", HistoryAsync).Describe("What happened to a request, oldest first.",
            answer: new Page<EventView>([new EventView(ApprovalEventKind.Requested, null, ApiExamples.Id, "Ada", null, null, ApiExamples.Instant)], null));
        group.MapPost("/{id:guid}/approve", ApproveAsync).Describe(
            "Agree to a request; the last yes does what was asked for. 409 approval_void where that is not possible any more.", new { comment = "For this quarter." }, Example);
        group.MapPost("/{id:guid}/reject", RejectAsync).Describe("Reject a request and say why.", new { comment = "Use the existing key." }, Example);
        group.MapPost("/{id:guid}/withdraw", WithdrawAsync).Describe("Take your own request back.", answer: Example);
        group.MapPost("/{id:guid}/comments", CommentAsync).Describe("Say something about a request.", new { comment = "For which team?" },
            new EventView(ApprovalEventKind.Commented, null, ApiExamples.Id, "Ada", null, "For which team?", ApiExamples.Instant), StatusCodes.Status201Created);
        group.MapPolicies();
        group.MapDelegations();
    }

    private static async Task<IResult> ListAsync(HttpContext http, ApprovalList approvals, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var filter = new ApprovalFilter(query.Word<ApprovalBox>("box") ?? ApprovalBox.All, query.Word<ApprovalStatus>("status"), query.Text("kind"), query.Id("subject_id"));
        var organization = ApiScope.ForList(http, query, Permission.UseApprovals);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var page = await approvals.PageAsync(http.GetActor(), organization.Value, filter, limit, after, http.RequestAborted);
        var now = clock.GetUtcNow();
        return ApiResults.Page(page, reading => ApprovalAnswer.Of(reading.Approval, reading.History, now));
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, ApprovalList approvals, TimeProvider clock) =>
        await FindAsync(id, http, approvals) is { } reading
            ? ApiResults.Ok(ApprovalAnswer.Of(reading.Approval, reading.History, clock.GetUtcNow()))
            : ApiResults.Missing("approval");

    private static async Task<IResult> HistoryAsync(Guid id, HttpContext http, ApprovalList approvals) =>
        await FindAsync(id, http, approvals) is { } reading
            ? ApiResults.Page(new Page<ApprovalEvent>(reading.History, null), EventView.Of)
            : ApiResults.Missing("approval");

    private static async Task<IResult> ApproveAsync(Guid id, HttpContext http, ApprovalList approvals, DecideApproval decide, TimeProvider clock)
    {
        var body = await JsonBody.ReadAsync(http, optional: true);
        var comment = body.TextOrNull("comment", maxLength: Approval.MaxText);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return await OfRowAsync(id, http, approvals, clock, async organization =>
        {
            var outcome = await decide.ApproveAsync(http.GetActor(), organization, id, comment, http.RequestAborted);
            return outcome is { IsRefused: false, Value: { Status: ApprovalStatus.Void } gone } ? Refusal.Conflict("approval_void", gone.VoidReason!) : outcome;
        });
    }

    private static async Task<IResult> RejectAsync(Guid id, HttpContext http, ApprovalList approvals, DecideApproval decide, TimeProvider clock)
    {
        var body = await JsonBody.ReadAsync(http);
        var comment = body.Text("comment", maxLength: Approval.MaxText);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return await OfRowAsync(id, http, approvals, clock, organization => decide.RejectAsync(http.GetActor(), organization, id, comment, http.RequestAborted));
    }

    private static Task<IResult> WithdrawAsync(Guid id, HttpContext http, ApprovalList approvals, DecideApproval decide, TimeProvider clock) =>
        OfRowAsync(id, http, approvals, clock, organization => decide.WithdrawAsync(http.GetActor(), organization, id, http.RequestAborted));

    private static async Task<IResult> CommentAsync(Guid id, HttpContext http, CommentOnApproval comments)
    {
        var body = await JsonBody.ReadAsync(http);
        var comment = body.Text("comment", maxLength: Approval.MaxText);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        var organization = await ApiScope.ForRowAsync<Approval>(http, id, "approval");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        return ApiResults.Created(await comments.RunAsync(http.GetActor(), organization.Value, id, comment, http.RequestAborted), EventView.Of);
    }

    private static async Task<ApprovalReading?> FindAsync(Guid id, HttpContext http, ApprovalList approvals)
    {
        var organization = await ApiScope.ForRowAsync<Approval>(http, id, "approval");
        return organization.IsRefused ? null : await approvals.FindAsync(http.GetActor(), organization.Value, id, http.RequestAborted);
    }

    private static async Task<IResult> OfRowAsync(Guid id, HttpContext http, ApprovalList approvals, TimeProvider clock, Func<Guid, Task<Outcome<Approval>>> run)
    {
        var organization = await ApiScope.ForRowAsync<Approval>(http, id, "approval");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var outcome = await run(organization.Value);
        if (outcome.Refusal is { } refused) return ApiResults.Refused(refused);
        var reading = await approvals.FindAsync(http.GetActor(), organization.Value, id, http.RequestAborted);
        return ApiResults.Ok(ApprovalAnswer.Of(outcome.Value, reading?.History ?? [], clock.GetUtcNow()));
    }
}

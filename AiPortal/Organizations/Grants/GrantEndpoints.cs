using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Organizations.Grants;

/// <summary><c>/api/v1/grants</c>: roles lent to members for a while.</summary>
internal static class GrantEndpoints
{
    internal sealed record GrantView(Guid Id, Guid OrganizationId, Guid UserId, string? Name, string? Email, Role Role, PlaceKind? ScopeType, Guid? ScopeId, string Reason, GrantStatus Status,
        DateTimeOffset EndsAt, DateTimeOffset? EndedAt, Guid GivenBy, string GivenByName, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static GrantView Of(GrantLine line) => new(line.Grant.Id, line.Grant.OrganizationId, line.Grant.UserId, line.Name, line.Email, line.Grant.Role, line.Grant.ScopeType, line.Grant.ScopeId, line.Grant.Reason,
            line.Status, line.Grant.EndsAt, line.Grant.EndedAt, line.Grant.GivenBy, line.Grant.GivenByName, line.Grant.CreatedAt, line.Grant.UpdatedAt);
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/grants").WithTags("Members");
        group.MapGet("", ListAsync).Describe("List lent roles, newest first; filters user_id, active.", answer: new Page<GrantView>([Example], null));
        group.MapPost("", GiveAsync).Describe("Lend a member a role until ends_at; it counts from the next call. The role manager may be lent for a part: scope_type and scope_id.",
            new { user_id = ApiExamples.Id, role = "finance", ends_at = ApiExamples.Instant, reason = "Closes the month while Ada is away" }, Example, StatusCodes.Status201Created);
        group.MapDelete("/{id:guid}", EndAsync).Describe("Take a lent role back at once.", status: StatusCodes.Status204NoContent);
    }

    private static GrantView Example => new(ApiExamples.Id, ApiExamples.Id, ApiExamples.Id, "Bea", "bea@example.com", Role.Finance, null, null, "Closes the month while Ada is away", GrantStatus.Active,
        ApiExamples.Instant, null, ApiExamples.Id, "Ada Lovelace", ApiExamples.Instant, ApiExamples.Instant);

    private static async Task<IResult> ListAsync(HttpContext http, GrantList grants)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var (user, active) = (query.Id("user_id"), query.Flag("active"));
        var organization = ApiScope.ForList(http, query, Permission.ViewMembers);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await grants.PageAsync(organization.Value, user, active == true, limit, after, http.RequestAborted), GrantView.Of);
    }

    private static async Task<IResult> GiveAsync(HttpContext http, GiveAccess give)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = new GrantDraft(body.IdOrNull("user_id") ?? Guid.Empty, body.Word<Role>("role"), body.InstantOrNull("ends_at") ?? default, body.Text("reason", maxLength: GrantDraft.MaxReason)) { Place = body.Place(null) };
        body.ReadOnly("id", "name", "email", "status", "ended_at", "given_by", "given_by_name", "created_at", "updated_at");
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var given = await give.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted);
        return ApiResults.Created(given, row => GrantView.Of(new GrantLine(row, null, null, GrantStatus.Active)));
    }

    private static async Task<IResult> EndAsync(Guid id, HttpContext http, EndAccess end)
    {
        var organization = await ApiScope.ForRowAsync<AccessGrant>(http, id, "grant");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await end.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }
}

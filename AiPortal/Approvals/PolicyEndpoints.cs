using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Approvals.Delegations;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Data;

namespace AiPortal.Approvals;

/// <summary><c>/api/v1/approvals/policies</c> and <c>…/delegations</c>: which changes need whose approval, and who decides for whom.</summary>
internal static class PolicyEndpoints
{
    internal sealed record PolicyView(Guid Id, Guid OrganizationId, string Kind, decimal? AboveAmount, Guid? EnvironmentId, IReadOnlyList<Approver> Steps,
        int ExpiresAfterHours, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static PolicyView Example { get; } = new(
            ApiExamples.Id, ApiExamples.Id, "budget.raise", 1000, null, [Approver.Manager, Approver.Finance], 168, true, ApiExamples.Instant, ApiExamples.Instant);

        public static PolicyView Of(ApprovalPolicy row) => new(row.Id, row.OrganizationId, row.Kind, row.AboveAmount, row.EnvironmentId, row.Steps,
            row.ExpiresAfterHours, row.Enabled, row.CreatedAt, row.UpdatedAt);
    }

    internal sealed record DelegationView(Guid Id, Guid OrganizationId, Guid FromUserId, Guid ToUserId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset CreatedAt)
    {
        public static DelegationView Example { get; } = new(ApiExamples.Id, ApiExamples.Id, ApiExamples.Id, ApiExamples.Id, ApiExamples.Instant, ApiExamples.Instant, ApiExamples.Instant);

        public static DelegationView Of(ApprovalDelegation row) => new(row.Id, row.OrganizationId, row.FromUserId, row.ToUserId, row.StartsAt, row.EndsAt, row.CreatedAt);
    }

    private static object ExampleDraft { get; } = new { kind = "budget.raise", above_amount = 1000, steps = new[] { "manager", "finance" } };

    public static void MapPolicies(this IEndpointRouteBuilder approvals)
    {
        var group = approvals.MapGroup("/policies");
        group.MapGet("", ListAsync).Describe("List the policies: which changes need whose approval.", answer: new Page<PolicyView>([PolicyView.Example], null));
        group.MapPost("", CreateAsync).Describe(
            "Make a policy. above_amount is USD and holds for more than it; steps are one or two of manager, finance, manager_or_finance, administrator, owner.",
            ExampleDraft, PolicyView.Example, StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync).Describe("Change a policy; requests that wait keep their steps.", new { enabled = false }, PolicyView.Example);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Delete a policy.", status: StatusCodes.Status204NoContent);
    }

    public static void MapDelegations(this IEndpointRouteBuilder approvals)
    {
        var group = approvals.MapGroup("/delegations");
        group.MapGet("", DelegationsAsync).Describe("List delegations that run or are to come: your own, or all for who may see all requests.",
            answer: new Page<DelegationView>([DelegationView.Example], null));
        group.MapPost("", DelegateAsync).Describe("Let another member decide in your place for a while, at most 90 days.",
            new { to_user_id = ApiExamples.Id, ends_at = ApiExamples.Instant }, DelegationView.Example, StatusCodes.Status201Created);
        group.MapDelete("/{id:guid}", RevokeAsync).Describe("Take a delegation back at once.", status: StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ListAsync(HttpContext http, PolicyList policies)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.UseApprovals);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(new Page<PolicyLine>(await policies.ReadAsync(organization.Value, http.RequestAborted), null), line => PolicyView.Of(line.Policy));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ChangePolicy change)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = Read(body, new ApprovalPolicyDraft { Kind = body.Text("kind", maxLength: 80) });
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await change.CreateAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), PolicyView.Of);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ChangePolicy change)
    {
        var organization = await ApiScope.ForRowAsync<ApprovalPolicy>(http, id, "policy");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        body.ReadOnly("id", "organization_id", "created_at", "updated_at");
        return ApiResults.Ok(await change.ChangeAsync(http.GetActor(), organization.Value, id, now =>
        {
            var draft = Read(body, now with { Kind = body.Has("kind") ? body.Text("kind", maxLength: 80) : now.Kind });
            return body.Refusal() is { } refusal ? refusal : draft;
        }, http.RequestAborted), PolicyView.Of);
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, ChangePolicy change)
    {
        var organization = await ApiScope.ForRowAsync<ApprovalPolicy>(http, id, "policy");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        return ApiResults.Removed(await change.RemoveAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> DelegationsAsync(HttpContext http, DelegationList delegations)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.UseApprovals);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var actor = http.GetActor();
        var rows = await delegations.ReadAsync(organization.Value, actor.May(Permission.ViewApprovals, organization.Value) ? null : actor.Id, http.RequestAborted);
        return ApiResults.Page(new Page<DelegationLine>(rows, null), line => DelegationView.Of(line.Delegation));
    }

    private static async Task<IResult> DelegateAsync(HttpContext http, DelegateApprovals delegates)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var (to, starts, ends) = (body.Id("to_user_id"), body.InstantOrNull("starts_at"), body.InstantOrNull("ends_at"));
        if (ends is null) body.Fault("ends_at", "Must be given.");
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await delegates.RunAsync(http.GetActor(), organization.Value, new DelegationDraft(to, starts, ends!.Value), http.RequestAborted), DelegationView.Of);
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext http, DelegateApprovals delegates)
    {
        var organization = await ApiScope.ForRowAsync<ApprovalDelegation>(http, id, "delegation");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        return ApiResults.Removed(await delegates.RevokeAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static ApprovalPolicyDraft Read(JsonBody body, ApprovalPolicyDraft now) => now with
    {
        AboveAmount = body.Has("above_amount") ? body.AmountOrNull("above_amount") : now.AboveAmount,
        EnvironmentId = body.Has("environment_id") ? body.IdOrNull("environment_id") : now.EnvironmentId,
        Steps = body.WordList("steps", now.Steps),
        ExpiresAfterHours = body.Int("expires_after_hours", now.ExpiresAfterHours, 1, ApprovalPolicyDraft.MostHours),
        Enabled = body.Flag("enabled", now.Enabled),
    };
}

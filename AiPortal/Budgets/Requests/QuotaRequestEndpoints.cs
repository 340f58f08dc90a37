using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Requests;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Budgets.Requests;

/// <summary><c>/api/v1/cost/quotas/{id}/requests</c>: asking for more of a budget, and deciding it.</summary>
internal static class QuotaRequestEndpoints
{
    public static void MapQuotaRequests(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/quotas/{id:guid}/requests").WithTags("Budgets");
        group.MapGet("", ListAsync).Describe(
            "List requests for more of a budget, newest first; filter status (open, granted, declined). Who may not see budgets sees his own.",
            answer: new Page<QuotaRequestView>([QuotaRequestView.Example], null));
        group.MapPost("", AskAsync).Describe(
            "Ask for a higher limit; period_type names a daily or hourly limit, without it the budget's own is meant.",
            new { amount = 7500m, reason = "The launch doubles our traffic." }, QuotaRequestView.Example, StatusCodes.Status201Created);
        group.MapPost("/{request:guid}/grant", GrantAsync).Describe(
            "Grant a request: the limit is raised to its amount.", new { comment = "For this quarter." }, QuotaRequestView.Example);
        group.MapPost("/{request:guid}/decline", DeclineAsync).Describe(
            "Decline a request and say why.", new { comment = "Use the smaller model." }, QuotaRequestView.Example);
    }

    private static async Task<IResult> ListAsync(Guid id, HttpContext http, BudgetRequestList requests)
    {
        var query = new ApiQuery(http);
        var (limit, after, status) = (query.Limit(), query.CursorByInstant(), query.Word<BudgetRequestStatus>("status"));
        if (query.Refusal() is { } unread) return ApiResults.Refused(unread);
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget", Permission.RequestBudget);
        if (organization.IsRefused) organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget", Permission.ViewBudgets);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var actor = http.GetActor();
        var filter = new BudgetRequestFilter(id, status, actor.May(Permission.ViewBudgets, organization.Value) ? null : actor.Id);
        return ApiResults.Page(await requests.ReadAsync(organization.Value, filter, limit, after, http.RequestAborted), QuotaRequestView.Of);
    }

    private static async Task<IResult> AskAsync(Guid id, HttpContext http, AskForBudget ask)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        var draft = new BudgetRequestDraft(body.Amount("amount", limit: BudgetDraft.MostUnits + 1), body.Text("reason", maxLength: BudgetRequestDraft.MaxReason), body.WordOrNull<PeriodType>("period_type"));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await ask.RunAsync(http.GetActor(), organization.Value, id, draft, http.RequestAborted), QuotaRequestView.Of);
    }

    private static async Task<IResult> GrantAsync(Guid id, Guid request, HttpContext http, DecideBudgetRequest decide)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http, optional: true);
        var comment = body.TextOrNull("comment", maxLength: BudgetRequestDraft.MaxReason);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await decide.GrantAsync(http.GetActor(), organization.Value, id, request, comment, http.RequestAborted), QuotaRequestView.Of);
    }

    private static async Task<IResult> DeclineAsync(Guid id, Guid request, HttpContext http, DecideBudgetRequest decide)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        var comment = body.Text("comment", maxLength: BudgetRequestDraft.MaxReason);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await decide.DeclineAsync(http.GetActor(), organization.Value, id, request, comment, http.RequestAborted), QuotaRequestView.Of);
    }
}

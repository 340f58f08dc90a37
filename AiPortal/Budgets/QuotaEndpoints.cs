using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Budgets;

/// <summary><c>/api/v1/cost/quotas</c>: budgets, which the API calls quotas.</summary>
internal static class QuotaEndpoints
{
    public static void MapQuotas(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/quotas").WithTags("Budgets");
        group.MapGet("", ListAsync).Describe("List budgets, newest first; filters quota_type, scope_id, search.", answer: new Page<QuotaView>([Example], null));
        group.MapPost("", CreateAsync).Describe("Create a budget, over usd, tokens or requests (unit), all calls or those of a model (* for any characters) or provider_id; in mid-period it starts with what the ledger has for it.", ExampleDraft, Example, StatusCodes.Status201Created);
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a budget with what is used and held.", answer: Example);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync).Describe("Change a budget; a new limit counts from the next call on.", new { total_quota = 7500m }, Example);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Remove a budget.", status: StatusCodes.Status204NoContent);
        group.MapPost("/preview", PreviewAsync).Describe("Try a budget on last month's spend before it is made: which calls would have come beyond a limit. Nothing is saved.", ExampleDraft, TrialView.Example);
        group.MapPost("/{id:guid}/reset", ResetAsync).Describe("Let the current period begin anew: calls begun up to now no longer count.", answer: Example);
    }

    private static object ExampleDraft { get; } = new
    {
        name = "Search, each month",
        quota_type = "team",
        scope_id = ApiExamples.Id,
        total_quota = 5000m,
        period_type = "monthly",
        daily_limit = 400m,
        action = "block",
        hold = "learned",
        unit = "usd",
        model = "gpt-*",
    };

    private static QuotaView Example { get; } = ExampleView();

    private static async Task<IResult> ListAsync(HttpContext http, BudgetList budgets, FilterReferences references)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var filter = new BudgetFilter { QuotaType = query.Word<QuotaType>("quota_type"), ScopeId = query.Id("scope_id"), Search = query.Text("search") };
        var organization = ApiScope.ForList(http, query, Permission.ViewBudgets);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        if (filter is { QuotaType: { } type and not QuotaType.Organization, ScopeId: { } scope }
            && await references.MissingAsync(organization.Value, [("scope_id", DimensionOf(type), scope)], http.RequestAborted) is { } missing)
            return ApiResults.Refused(missing);
        return ApiResults.Page(await budgets.ReadAsync(organization.Value, filter, limit, after, http.RequestAborted), QuotaView.Of);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CreateBudget create, BudgetList budgets)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = QuotaBody.Read(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await create.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted);
        if (outcome.Refusal is { } refused) return ApiResults.Refused(refused);
        var reading = await budgets.FindAsync(organization.Value, outcome.Value.Id, http.RequestAborted);
        return ApiResults.Created<BudgetReading, QuotaView>(reading is null ? Refusal.Missing("budget") : reading, QuotaView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, BudgetList budgets)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget", Permission.ViewBudgets);
        return organization.Refusal is { } refusal ? ApiResults.Refused(refusal) : await AnswerAsync(organization.Value, id, http, budgets);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ChangeBudget change, BudgetList budgets)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        var outcome = await change.RunAsync(http.GetActor(), organization.Value, id, Overlay, http.RequestAborted);
        return outcome.Refusal is { } refused ? ApiResults.Refused(refused) : await AnswerAsync(organization.Value, id, http, budgets);

        Outcome<BudgetDraft> Overlay(BudgetDraft now)
        {
            var draft = QuotaBody.Read(body, now);
            return body.Refusal() is { } refusal ? refusal : draft;
        }
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveBudget remove)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> ResetAsync(Guid id, HttpContext http, ResetBudget reset, BudgetList budgets)
    {
        var organization = await ApiScope.ForRowAsync<Budget>(http, id, "budget");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var outcome = await reset.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted);
        return outcome.Refusal is { } refused ? ApiResults.Refused(refused) : await AnswerAsync(organization.Value, id, http, budgets);
    }

    private static async Task<IResult> PreviewAsync(HttpContext http, BudgetPreview preview)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = QuotaBody.Read(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await preview.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted);
        return outcome.Refusal is { } refused ? ApiResults.Refused(refused) : ApiResults.Ok(TrialView.Of(outcome.Value, draft.Action));
    }

    private static async Task<IResult> AnswerAsync(Guid organizationId, Guid id, HttpContext http, BudgetList budgets) =>
        await budgets.FindAsync(organizationId, id, http.RequestAborted) is { } reading ? ApiResults.Ok(QuotaView.Of(reading)) : ApiResults.Missing("budget");

    private static Dimension DimensionOf(QuotaType type) => type switch
    {
        QuotaType.Department => Dimension.Department,
        QuotaType.Team => Dimension.Team,
        QuotaType.Project => Dimension.Project,
        QuotaType.CostCenter => Dimension.CostCenter,
        QuotaType.Environment => Dimension.Environment,
        QuotaType.User => Dimension.User,
        QuotaType.Key => Dimension.Key,
        QuotaType.Organization => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static QuotaView ExampleView()
    {
        var (id, at) = (ApiExamples.Id, ApiExamples.Instant);
        var budget = new Budget
        {
            Id = id,
            OrganizationId = id,
            Name = "Search, each month",
            QuotaType = QuotaType.Team,
            ScopeId = id,
            TotalQuota = 5000,
            Model = "gpt-*",
            CreatedAt = at,
            UpdatedAt = at,
        };
        var view = new BudgetView(5000, 4250, 12.5m, 0, OrganizationCalendar.Utc.MonthOf(2026, 10));
        return QuotaView.Of(new BudgetReading(budget, [new BudgetLineReading(BudgetLine.Of(budget)[0], view)]));
    }
}

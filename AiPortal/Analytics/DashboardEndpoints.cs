using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Alerts;
using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Ledger;

namespace AiPortal.Analytics;

/// <summary><c>/api/v1/cost/dashboard</c>: spend at a glance.</summary>
internal static class DashboardEndpoints
{
    private const int MaxDays = 366;

    public static void MapDashboard(this IEndpointRouteBuilder api) =>
        api.MapGet("/cost/dashboard", ReadAsync).WithTags("Analytics")
            .Describe($"Spend at a glance in the organization's time zone; days (1 to {MaxDays}, default 30) sets the length of the trend.");

    private static async Task<IResult> ReadAsync(HttpContext http, SpendOverview overview, BudgetTree budgets, AlertList alerts, IOpenCalls calls, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var days = query.Text("days") is { } text ? Days(text, query) : 30;
        var organization = ApiScope.ForList(http, query, Permission.ViewCost);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var spend = await overview.ReadAsync(organization.Value, days, http.RequestAborted);
        var summary = await budgets.SummaryAsync(organization.Value, token: http.RequestAborted);
        var seesAll = http.GetActor().PlacesIn(organization.Value) is null;
        var live = new LiveView(seesAll ? calls.OpenBefore(organization.Value, clock.GetUtcNow()) : null, summary.Exposure, spend.ThisMonth.Unresolved);
        return ApiResults.Ok(DashboardView.Of(spend, summary, await alerts.CountActiveAsync(organization.Value, http.RequestAborted), live));
    }

    private static int Days(string text, ApiQuery query)
    {
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MaxDays) return days;
        query.Fault("days", $"Must be from 1 to {MaxDays}.");
        return 30;
    }
}

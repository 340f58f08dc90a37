using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Alerts;
using AiPortal.Core.Data;

namespace AiPortal.Alerts;

/// <summary><c>/api/v1/cost/alerts</c>: what a person should know.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/alerts").WithTags("Alerts");
        group.MapGet("", ListAsync).Describe(
            "List alerts, newest first; filters status (active, resolved), type, severity, read, quota_id, from, to.", answer: new Page<AlertView>([AlertView.Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read an alert.", answer: AlertView.Example);
        group.MapPost("/{id:guid}/read", MarkReadAsync).Describe("Mark an alert as read.", answer: AlertView.Example);
        group.MapPost("/{id:guid}/resolve", ResolveAsync).Describe(
            "Mark an alert as resolved. The threshold raises no second alert in this period unless its budget is raised or reset.", answer: AlertView.Example);
    }

    private static async Task<IResult> ListAsync(HttpContext http, AlertList alerts)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var filter = new AlertFilter
        {
            Status = query.Word<AlertStatus>("status"),
            Type = query.Word<AlertType>("type"),
            Severity = query.Word<AlertSeverity>("severity"),
            Read = query.Flag("read"),
            BudgetId = query.Id("quota_id"),
            From = query.Instant("from"),
            To = query.Instant("to"),
        };
        var organization = ApiScope.ForList(http, query, Permission.ViewBudgets);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await alerts.ReadAsync(organization.Value, filter, limit, after, http.RequestAborted), AlertView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, AlertList alerts)
    {
        var organization = await ApiScope.ForRowAsync<Alert>(http, id, "alert", Permission.ViewBudgets);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await alerts.FindAsync(organization.Value, id, http.RequestAborted) is { } alert ? ApiResults.Ok(AlertView.Of(alert)) : ApiResults.Missing("alert");
    }

    private static async Task<IResult> MarkReadAsync(Guid id, HttpContext http, MarkAlert mark)
    {
        var organization = await ApiScope.ForRowAsync<Alert>(http, id, "alert");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await mark.ReadAsync(http.GetActor(), organization.Value, id, http.RequestAborted), AlertView.Of);
    }

    private static async Task<IResult> ResolveAsync(Guid id, HttpContext http, MarkAlert mark)
    {
        var organization = await ApiScope.ForRowAsync<Alert>(http, id, "alert");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await mark.ResolveAsync(http.GetActor(), organization.Value, id, http.RequestAborted), AlertView.Of);
    }
}

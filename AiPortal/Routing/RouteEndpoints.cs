using System.Globalization;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;

namespace AiPortal.Routing;

/// <summary><c>/api/v1/routes</c>: where calls for a model go.</summary>
internal static class RouteEndpoints
{
    public static void MapRoutes(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/routes").WithTags("Routes");
        group.MapGet("", ListAsync).Describe("List routes in the order they are looked at; filter search.", answer: new Page<RouteView>([RouteView.Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a route.", answer: RouteView.Example);
        group.MapPost("", CreateAsync).Describe(
            "Make a route. Strategies: priority, weighted, random, least_busy, lowest_cost, lowest_latency, highest_success, cache_aware. Without targets it orders all accounts that serve the model.",
            Request, RouteView.Example, StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync)
            .Describe("Change a route; absent members stay, targets are replaced as a whole.", new { strategy = "weighted", enabled = true }, RouteView.Example);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Remove a route.", status: StatusCodes.Status204NoContent);
        group.MapRouteTrial();
    }

    private static object Request => new
    {
        name = "Chat, cheapest first",
        model = "gpt-5*",
        strategy = "lowest_cost",
        targets = new object[] { new { provider_id = ApiExamples.Id }, new { provider_id = ApiExamples.Id, model = "deepseek-chat", weight = 1, priority = 1 } },
        max_attempts = 4,
        timeout_seconds = 600,
        enabled = true,
        position = 0,
        cache = new CacheTerms(true, 3600, null, null),
    };

    private static async Task<IResult> ListAsync(HttpContext http, RouteList routes)
    {
        var query = new ApiQuery(http);
        var (limit, cursor, search) = (query.Limit(), query.CursorByText(), query.Text("search"));
        (int Position, Guid Id)? after = null;
        if (cursor is { } last)
        {
            if (int.TryParse(last.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)) after = (position, last.Id);
            else query.Fault("cursor", "This is not a cursor of this list.");
        }

        var organization = ApiScope.ForList(http, query, Permission.ViewProviders);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await routes.PageAsync(organization.Value, search, limit, after, http.RequestAborted), RouteView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, RouteList routes)
    {
        var organization = await ApiScope.ForRowAsync<ModelRoute>(http, id, "route", Permission.ViewProviders);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await routes.FindAsync(organization.Value, id, http.RequestAborted) is { } row ? ApiResults.Ok(RouteView.Of(row)) : ApiResults.Missing("route");
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CreateRoute create)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = Draft(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await create.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), RouteView.Of);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, RouteList routes, ChangeRoute change)
    {
        var organization = await ApiScope.ForRowAsync<ModelRoute>(http, id, "route");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        if (await routes.FindAsync(organization.Value, id, http.RequestAborted) is not { } row) return ApiResults.Missing("route");
        var body = await JsonBody.ReadAsync(http);
        body.ReadOnly("organization_id");
        var draft = Draft(body, row);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await change.RunAsync(http.GetActor(), organization.Value, id, draft, http.RequestAborted), RouteView.Of);
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveRoute remove)
    {
        var organization = await ApiScope.ForRowAsync<ModelRoute>(http, id, "route");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static RouteDraft Draft(JsonBody body, ModelRoute? now)
    {
        body.ReadOnly("id", "created_at", "updated_at");
        return new RouteDraft(
            body.Text("name", now?.Name),
            body.Text("model", now?.Model, 256),
            body.Word<RouteStrategy>("strategy", now?.Strategy ?? RouteStrategy.Priority),
            Targets(body, now),
            body.Int("max_attempts", now?.MaxAttempts ?? RouteDraft.StandardAttempts),
            body.Int("timeout_seconds", now?.TimeoutSeconds ?? RouteDraft.StandardTimeout),
            body.Flag("enabled", now?.Enabled ?? true),
            body.Int("position", now?.Position ?? 0),
            body.Cache(now?.Cache));
    }

    /// <summary>Null and an empty list both mean all accounts that serve the model.</summary>
    private static List<RouteTarget>? Targets(JsonBody body, ModelRoute? now)
    {
        if (!body.Has("targets")) return now?.Targets;
        return body.Objects("targets", RouteDraft.MostTargets)?
            .Select(target => new RouteTarget(target.Id("provider_id"), target.TextOrNull("model", maxLength: 256), target.Int("weight", 1), target.Int("priority", 0))).ToList();
    }
}

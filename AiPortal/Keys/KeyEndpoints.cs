using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Keys.Requests;

namespace AiPortal.Keys;

/// <summary><c>/api/v1/keys</c>: virtual keys, their limits and their secrets, which are answered once.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/keys").WithTags("Keys");
        group.MapGet("", ListAsync).Describe("List keys, newest first; filters status, owner_user_id, team_id, project_id, cost_center_id, environment_id, tag (name, or name=value), search.",
            answer: new Page<KeyView>([KeyExamples.Row], null));
        group.MapPost("", IssueAsync).Describe("Create a key. Its secret, key, is answered here and never again.", KeyExamples.Draft, KeyExamples.Issued, StatusCodes.Status201Created);
        KeyActionEndpoints.Map(group);
        KeyRequestEndpoints.Map(group);
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a key.", answer: KeyExamples.Row);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync)
            .Describe("Change a key; budget: null takes its budget away.", new { name = "search", budget = new { limit = 50 } }, KeyExamples.Row);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Delete a key for good, with its budget.", status: StatusCodes.Status204NoContent);
        group.MapPost("/{id:guid}/regenerate", RegenerateAsync)
            .Describe("Give a key a new secret; the old one works for overlap_seconds more (0 to 604800).", new { overlap_seconds = 3600 }, KeyExamples.Issued);
        group.MapPost("/{id:guid}/disable", (Guid id, HttpContext http, ChangeKeyStatus change, KeyUsage usage, TimeProvider clock) =>
            SetStatusAsync(id, KeyStatus.Disabled, http, change, usage, clock)).Describe("Switch a key off.", answer: KeyExamples.Row);
        group.MapPost("/{id:guid}/enable", (Guid id, HttpContext http, ChangeKeyStatus change, KeyUsage usage, TimeProvider clock) =>
            SetStatusAsync(id, KeyStatus.Active, http, change, usage, clock)).Describe("Switch a key on again.", answer: KeyExamples.Row);
        group.MapPost("/{id:guid}/revoke", (Guid id, HttpContext http, ChangeKeyStatus change, KeyUsage usage, TimeProvider clock) =>
            SetStatusAsync(id, KeyStatus.Revoked, http, change, usage, clock)).Describe("Revoke a key; it never works again.", answer: KeyExamples.Row);
    }

    private static async Task<IResult> ListAsync(HttpContext http, KeyList keys, KeyUsage usage, FilterReferences references, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var filter = new KeyFilter
        {
            Status = query.Text("status"),
            OwnerUserId = query.Id("owner_user_id"),
            TeamId = query.Id("team_id"),
            ProjectId = query.Id("project_id"),
            CostCenterId = query.Id("cost_center_id"),
            EnvironmentId = query.Id("environment_id"),
            Tag = Core.Keys.KeyTag.Parse(query.Text("tag")),
            Search = query.Text("search"),
        };
        if (filter.Status is { } status && !KeyList.Statuses.Contains(status)) query.Fault("status", $"Must be one of {string.Join(", ", KeyList.Statuses)}.");
        var organization = ApiScope.ForList(http, query, Permission.ViewKeys);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var missing = await references.MissingAsync(organization.Value,
        [
            ("owner_user_id", Dimension.User, filter.OwnerUserId), ("team_id", Dimension.Team, filter.TeamId), ("project_id", Dimension.Project, filter.ProjectId),
            ("cost_center_id", Dimension.CostCenter, filter.CostCenterId), ("environment_id", Dimension.Environment, filter.EnvironmentId),
        ], http.RequestAborted);
        if (missing is not null) return ApiResults.Refused(missing);

        var page = await keys.ReadAsync(organization.Value, filter, limit, after, http.RequestAborted);
        var uses = await usage.ReadAsync(organization.Value, [.. page.Data.Select(listing => listing.Key.Id)], http.RequestAborted);
        var now = clock.GetUtcNow();
        return ApiResults.Page(page, listing => KeyView.Of(listing, uses.GetValueOrDefault(listing.Key.Id), now));
    }

    private static async Task<IResult> IssueAsync(HttpContext http, IssueKey issue, TimeProvider clock)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = KeyBody.Read(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var issued = await issue.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted);
        return ApiResults.Created(issued, key => KeyView.Of(key.Listing, null, clock.GetUtcNow(), key.Secret));
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, KeyList keys, KeyUsage usage, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key", Permission.ViewKeys);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await keys.FindAsync(organization.Value, id, http.RequestAborted) is { } listing
            ? ApiResults.Ok(await ViewAsync(listing, http, usage, clock))
            : ApiResults.Missing("key");
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ChangeKey change, KeyUsage usage, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        var outcome = await change.RunAsync(http.GetActor(), organization.Value, id, Overlay, http.RequestAborted);
        return outcome.Refusal is { } refused ? ApiResults.Refused(refused) : ApiResults.Ok(await ViewAsync(outcome.Value, http, usage, clock));

        Outcome<KeyDraft> Overlay(KeyDraft now)
        {
            var draft = KeyBody.Read(body, now);
            return body.Refusal() is { } refusal ? refusal : draft;
        }
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveKey remove)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> RegenerateAsync(Guid id, HttpContext http, RegenerateKey regenerate, KeyUsage usage, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http, optional: true);
        var overlap = body.Int("overlap_seconds", 0, 0, RegenerateKey.MaxOverlapSeconds);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await regenerate.RunAsync(http.GetActor(), organization.Value, id, overlap, http.RequestAborted);
        return outcome.Refusal is { } refused
            ? ApiResults.Refused(refused)
            : ApiResults.Ok(await ViewAsync(outcome.Value.Listing, http, usage, clock, outcome.Value.Secret));
    }

    private static async Task<IResult> SetStatusAsync(Guid id, KeyStatus status, HttpContext http, ChangeKeyStatus change, KeyUsage usage, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await change.RunAsync(http.GetActor(), organization.Value, id, status, http.RequestAborted);
        return outcome.Refusal is { } refused ? ApiResults.Refused(refused) : ApiResults.Ok(await ViewAsync(outcome.Value, http, usage, clock));
    }

    private static async Task<KeyView> ViewAsync(KeyListing listing, HttpContext http, KeyUsage usage, TimeProvider clock, string? secret = null)
    {
        var uses = await usage.ReadAsync(listing.Key.OrganizationId, [listing.Key.Id], http.RequestAborted);
        return KeyView.Of(listing, uses.GetValueOrDefault(listing.Key.Id), clock.GetUtcNow(), secret);
    }
}

using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;

namespace AiPortal.Providers;

/// <summary><c>/api/v1/providers</c>: accounts at vendors. A credential goes in and never comes out.</summary>
internal static class ProviderEndpoints
{
    public static void MapProviders(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/providers").WithTags("Providers");
        group.MapGet("", ListAsync).Describe("List accounts by name; filters kind, enabled, search, environment_id (those that serve its keys).", answer: new Page<ProviderView>([Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read an account.", answer: Example);
        group.MapPost("", AddAsync).Describe("Add an account; api_key is sealed and never answered again.", Request, Example, StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync)
            .Describe("Change an account; absent members stay, a new base_url needs api_key again.", new { priority = 1, enabled = true }, Example);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Remove an account and wipe its credential.", status: StatusCodes.Status204NoContent);
        group.MapPost("/{id:guid}/test", TestAsync).Describe("Ask the vendor for its models, to prove address and credential.", answer: new ProbeResult(true, 184, ["gpt-4.1-mini"], null));
        group.MapPost("/{id:guid}/sync", SyncAsync).Describe("Take over the vendor's list of models, and its balance where it tells one.", answer: new SyncView(true, 184, ["gpt-4.1-mini"], ["gpt-4.1-mini"], [], 110.5m, "USD", null));
        group.MapPost("/{id:guid}/rotate-key", RotateAsync)
            .Describe("Put a new key in the place of the one that stands, once the vendor has answered to it; the old one is kept to go back to.", new { api_key = "sk-…", expires_at = ApiExamples.Instant }, Example);
        group.MapPost("/{id:guid}/retire-key", RetireAsync).Describe("Forget the key before the last rotation.", answer: Example);
        group.MapPost("/{id:guid}/restore-key", RestoreAsync).Describe("Go back to the key before the last rotation.", answer: Example);
    }

    private static object Request => new
    {
        name = "OpenAI production",
        kind = "openai",
        base_url = "https://api.openai.com/v1",
        api_key = "sk-…",
        models = new[] { "gpt-4.1-mini" },
        model_map = new Dictionary<string, string> { ["fast"] = "gpt-4.1-mini" },
        weight = 1,
        priority = 0,
        enabled = true,
        allow_private = false,
        rpm = 3000,
        tpm = (int?)null,
        concurrency = 200,
        sync_models = true,
        api_key_expires_at = (DateTimeOffset?)null,
        environment_id = (Guid?)null,
    };

    private static ProviderView Example => ProviderView.Example;

    private static async Task<IResult> ListAsync(HttpContext http, ProviderList providers)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByText());
        var filter = new ProviderFilter(query.Text("kind"), query.Flag("enabled"), query.Text("search"), query.Id("environment_id"));
        var organization = ApiScope.ForList(http, query, Permission.ViewProviders);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await providers.PageAsync(organization.Value, filter, limit, after, http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, ProviderList providers)
    {
        var organization = await ApiScope.ForRowAsync<ProviderAccount>(http, id, "provider", Permission.ViewProviders);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await providers.FindAsync(organization.Value, id, http.RequestAborted) is { } row ? ApiResults.Ok(ProviderView.Of(row)) : ApiResults.Missing("provider");
    }

    private static async Task<IResult> AddAsync(HttpContext http, AddProvider add)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = Draft(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await add.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ProviderList providers, ChangeProvider change)
    {
        var organization = await ApiScope.ForRowAsync<ProviderAccount>(http, id, "provider");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        if (await providers.FindAsync(organization.Value, id, http.RequestAborted) is not { } row) return ApiResults.Missing("provider");
        var body = await JsonBody.ReadAsync(http);
        body.ReadOnly("organization_id");
        var draft = Draft(body, row);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await change.RunAsync(http.GetActor(), organization.Value, id, draft, http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveProvider remove)
    {
        var organization = await ApiScope.ForRowAsync<ProviderAccount>(http, id, "provider");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> TestAsync(Guid id, HttpContext http, TestProvider test)
    {
        var organization = await ActionScopeAsync(http, id);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await test.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), result => result);
    }

    private static async Task<IResult> SyncAsync(Guid id, HttpContext http, SyncProvider sync)
    {
        var organization = await ActionScopeAsync(http, id);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await sync.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), SyncView.Of);
    }

    private static async Task<IResult> RotateAsync(Guid id, HttpContext http, RotateProviderKey rotate)
    {
        var organization = await ApiScope.ForRowAsync<ProviderAccount>(http, id, "provider");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        body.ReadOnly("organization_id");
        var (secret, expires) = (body.Text("api_key", maxLength: 4096), body.InstantOrNull("expires_at", null));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await rotate.RunAsync(http.GetActor(), organization.Value, id, secret, expires, http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> RetireAsync(Guid id, HttpContext http, RetireProviderKey retire)
    {
        var organization = await ActionScopeAsync(http, id);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await retire.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> RestoreAsync(Guid id, HttpContext http, RestoreProviderKey restore)
    {
        var organization = await ActionScopeAsync(http, id);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await restore.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), ProviderView.Of);
    }

    /// <summary>An action takes no members but the organization, which the path already tells.</summary>
    private static async Task<Outcome<Guid>> ActionScopeAsync(HttpContext http, Guid id)
    {
        var body = await JsonBody.ReadAsync(http, optional: true);
        body.ReadOnly("organization_id");
        return body.Refusal() is { } refusal ? refusal : await ApiScope.ForRowAsync<ProviderAccount>(http, id, "provider");
    }

    private static ProviderDraft Draft(JsonBody body, ProviderAccount? now)
    {
        body.ReadOnly(ProviderView.ReadOnlyMembers);
        var kind = body.Text("kind", now?.Kind, 40);
        // A kind brings its own address along; another kind does not inherit the old one's.
        var address = body.TextOrNull("base_url", kind == now?.Kind ? now?.BaseUrl : null, 500);
        var credential = body.Has("api_key") ? new CredentialChange(body.TextOrNull("api_key", maxLength: 4096)) : null;
        return new ProviderDraft(
            body.Text("name", now?.Name),
            kind,
            address,
            credential,
            body.TextsOrNull("models", now?.Models),
            body.Map("model_map", now?.ModelMap, 1000),
            body.Int("weight", now?.Weight ?? 1),
            body.Int("priority", now?.Priority ?? 0),
            body.Flag("enabled", now?.Enabled ?? true),
            body.Flag("allow_private", now?.AllowPrivate ?? false),
            body.IntOrNull("rpm", now?.Rpm, min: 1),
            body.IntOrNull("tpm", now?.Tpm, min: 1),
            body.IntOrNull("concurrency", now?.Concurrency, min: 1),
            body.Flag("sync_models", now?.SyncModels ?? false),
            body.InstantOrNull("api_key_expires_at", now?.ApiKeyExpiresAt))
        {
            EnvironmentId = body.IdOrNull("environment_id", now?.EnvironmentId),
        };
    }
}

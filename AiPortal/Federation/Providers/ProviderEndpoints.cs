using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Federation.Providers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Federation.Providers;

/// <summary><c>/api/v1/identity-providers</c>: OAuth 2.0 and OpenID Connect providers of an organization's sign-in. Owners only.</summary>
internal static class ProviderEndpoints
{
    /// <summary><c>client_secret</c> is written and never read; <c>callback_url</c> is what the provider has to be told.</summary>
    internal sealed record ProviderView(Guid Id, Guid OrganizationId, string Name, bool Enabled, string? Issuer, string AuthorizationEndpoint, string TokenEndpoint, string UserInfoEndpoint, string ClientId,
        bool HasClientSecret, IReadOnlyList<string> Scopes, bool AllowPrivate, IReadOnlyList<string> Domains, Role? NewRole, bool TrustSecondFactor, string CallbackPath, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static ProviderView Of(IdentityProvider p) => new(p.Id, p.OrganizationId, p.Name, p.Enabled, p.Issuer, p.AuthorizationEndpoint, p.TokenEndpoint, p.UserInfoEndpoint, p.ClientId,
            p.ClientSecretCipher is not null, p.Scopes, p.AllowPrivate, p.Domains, p.NewRole, p.TrustSecondFactor, $"/sign-in/with/{p.Id}/back", p.CreatedAt, p.UpdatedAt);
    }

    private static object ExampleDraft { get; } = new
    {
        name = "Example ID",
        issuer = "https://id.example.com",
        authorization_endpoint = "https://id.example.com/authorize",
        token_endpoint = "https://id.example.com/token",
        user_info_endpoint = "https://id.example.com/userinfo",
        client_id = "aiportal",
        client_secret = "a secret of the provider",
        domains = new[] { "example.com" },
        new_role = "member",
    };

    private static ProviderView Example { get; } = new(ApiExamples.Id, ApiExamples.Id, "Example ID", true, "https://id.example.com", "https://id.example.com/authorize", "https://id.example.com/token",
        "https://id.example.com/userinfo", "aiportal", true, ["openid", "email", "profile"], false, ["example.com"], Role.Member, false, "/sign-in/with/…/back", ApiExamples.Instant, ApiExamples.Instant);

    public static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/identity-providers").WithTags("Sign in");
        group.MapGet("", ListAsync).Describe("List the identity providers of an organization; owners only.", answer: new Page<ProviderView>([Example], null));
        group.MapPost("", CreateAsync).Describe(
            "Add an identity provider: authorization code with PKCE S256 and its user info. With issuer it speaks OpenID Connect and its identity token must fit. People are known by a verified address alone; "
            + "new_role makes members of new ones, trust_second_factor relies on the provider's own.", ExampleDraft, Example, StatusCodes.Status201Created);
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read an identity provider.", answer: Example);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync).Describe("Change an identity provider; whom it signed in signs in again.", new { enabled = false }, Example);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Remove an identity provider; whom it signed in is signed out.", status: StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ListAsync(HttpContext http, IdentityProviders providers)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.ManageSignIn);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(new Page<IdentityProvider>(await providers.ListAsync(organization.Value, http.RequestAborted), null), ProviderView.Of);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ChangeIdentityProvider change)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = Draft(body, new IdentityProviderDraft());
        if (draft.Refusal is { } unread) return ApiResults.Refused(unread);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await change.AddAsync(http.GetActor(), organization.Value, draft.Value, token: http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, IdentityProviders providers)
    {
        var organization = await ApiScope.ForRowAsync<IdentityProvider>(http, id, "identity provider", Permission.ManageSignIn);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await providers.FindAsync(organization.Value, id, http.RequestAborted) is { } row ? ApiResults.Ok(ProviderView.Of(row)) : ApiResults.Missing("identity provider");
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ChangeIdentityProvider change)
    {
        var organization = await ApiScope.ForRowAsync<IdentityProvider>(http, id, "identity provider");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var body = await JsonBody.ReadAsync(http);
        return ApiResults.Ok(await change.ChangeAsync(http.GetActor(), organization.Value, id, now => Draft(body, now), http.RequestAborted), ProviderView.Of);
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, ChangeIdentityProvider change)
    {
        var organization = await ApiScope.ForRowAsync<IdentityProvider>(http, id, "identity provider");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await change.RemoveAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static Outcome<IdentityProviderDraft> Draft(JsonBody body, IdentityProviderDraft now)
    {
        body.ReadOnly("id", "organization_id", "has_client_secret", "callback_path", "created_at", "updated_at");
        var draft = new IdentityProviderDraft
        {
            Name = body.Text("name", now.Name.Length > 0 ? now.Name : null, 100),
            Enabled = body.Flag("enabled", now.Enabled),
            Issuer = body.TextOrNull("issuer", now.Issuer, 500),
            AuthorizationEndpoint = body.Text("authorization_endpoint", now.AuthorizationEndpoint, 500),
            TokenEndpoint = body.Text("token_endpoint", now.TokenEndpoint, 500),
            UserInfoEndpoint = body.Text("user_info_endpoint", now.UserInfoEndpoint, 500),
            ClientId = body.Text("client_id", now.ClientId, 300),
            ClientSecret = body.TextOrNull("client_secret", maxLength: 1000),
            Scopes = body.TextsOrNull("scopes", [.. now.Scopes]) ?? [],
            AllowPrivate = body.Flag("allow_private", now.AllowPrivate),
            Domains = body.TextsOrNull("domains", [.. now.Domains]) ?? [],
            NewRole = body.WordOrNull<Role>("new_role", now.NewRole),
            TrustSecondFactor = body.Flag("trust_second_factor", now.TrustSecondFactor),
        };
        return body.Refusal() is { } refusal ? refusal : draft;
    }
}

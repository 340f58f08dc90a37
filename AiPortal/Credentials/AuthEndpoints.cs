using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Mvc;

namespace AiPortal.Credentials;

/// <summary>Sign-in for API clients, the sign-out of the portal, and who the caller is.</summary>
internal static class AuthEndpoints
{
    private const int MaxBytes = 8192;
    private const int MaxPassword = 1024;
    internal const int MaxCode = 40;

    public static void MapAuth(this WebApplication app)
    {
        var auth = app.MapGroup("/api/v1/auth").WithTags("Sign in").RefuseUnreadBodies();
        auth.MapPost("/login", LoginAsync).Describe("Sign in with an address and a password; answers an access and a refresh token. Without the code of one who has two-factor: two_factor_required and no token; ask again with code.",
            new { email = "ada@example.com", password = "a long passphrase", code = (string?)null }, Example);
        auth.MapPost("/register", RegisterAsync).Describe("Make an account, where Portal:Registration allows it.",
            new { email = "ada@example.com", name = "Ada Lovelace", password = "a long passphrase" },
            new { id = ApiExamples.Id, email = "ada@example.com", name = "Ada Lovelace" }, StatusCodes.Status201Created);
        auth.MapPost("/refresh", RefreshAsync).Describe("Exchange a refresh token; each works once, a second use ends the session.",
            new { refresh_token = "apr_…" }, Example);
        auth.MapPost("/logout", LogoutAsync).RequireAuthorization(AccessHost.ApiPolicy)
            .Describe("End the session of the bearer token.", status: StatusCodes.Status204NoContent);
        auth.MapPost("/change-password", ChangePasswordAsync).RequireAuthorization(AccessHost.ApiPolicy).Describe("Change the caller's password; other sessions end.",
            new { current_password = "a long passphrase", new_password = "another long passphrase" }, status: StatusCodes.Status204NoContent);
        TwoFactorEndpoints.Map(auth);
        SessionEndpoints.Map(auth);
        app.MapGet("/api/v1/me", Me).RequireAuthorization(AccessHost.ApiPolicy).WithTags("Sign in").WithSummary("Who the caller is and where he is a member.");
        app.MapPost("/auth/sign-out", SignOutAsync).ExcludeFromDescription();
    }

    private static object Example => new { access_token = "apt_…", refresh_token = "apr_…", token_type = "Bearer", expires_in = 3600, must_change_password = false, two_factor_required = false, two_factor_setup_required = false };

    private static async Task<IResult> LoginAsync(HttpContext http, SignIn signIn, Sessions sessions, ActorSource actors)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var (email, password) = (body.Text("email", maxLength: 254), body.Text("password", maxLength: MaxPassword));
        var code = body.TextOrNull("code", maxLength: MaxCode);
        if (body.Refusal() is { } invalid) return ApiResults.Refused(invalid);
        var outcome = await signIn.RunAsync(email, password, code, http.ClientIp(), http.RequestAborted);
        if (outcome.Refusal is { } refusal) return Unauthenticated(refusal);
        if (outcome.Value.NeedsCode) return ApiResults.Ok(new { two_factor_required = true });
        var tokens = await sessions.BeginAsync(outcome.Value, http.ClientIp(), http.Request.Headers.UserAgent, http.RequestAborted);
        return Tokens(tokens, (await actors.ByTokenAsync(tokens.AccessToken, http.ClientIp(), http.RequestAborted))?.Owes);
    }

    private static async Task<IResult> RegisterAsync(HttpContext http, Register register)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var (email, name, password) = (body.Text("email", maxLength: 254), body.Text("name"), body.Text("password", maxLength: MaxPassword));
        if (body.Refusal() is { } invalid) return ApiResults.Refused(invalid);
        var outcome = await register.RunAsync(email, name, password);
        return ApiResults.Created(outcome, user => new { id = user.Id, email = user.Email, name = user.Name });
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, Sessions sessions, ActorSource actors)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var refreshToken = body.Text("refresh_token");
        if (body.Refusal() is { } invalid) return ApiResults.Refused(invalid);
        return await sessions.RefreshAsync(refreshToken, http.RequestAborted) is { } tokens
            ? Tokens(tokens, (await actors.ByTokenAsync(tokens.AccessToken, http.ClientIp(), http.RequestAborted))?.Owes)
            : Unauthenticated(new Refusal(RefusalKind.Forbidden, "invalid_token", "The refresh token is unknown, spent or expired."));
    }

    private static async Task<IResult> LogoutAsync(HttpContext http, Sessions sessions)
    {
        if (http.GetActor().SessionId is { } id) await sessions.EndAsync(id, http.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> ChangePasswordAsync(HttpContext http, ChangePassword change)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var (current, next) = (body.Text("current_password", maxLength: MaxPassword), body.Text("new_password", maxLength: MaxPassword));
        if (body.Refusal() is { } invalid) return ApiResults.Refused(invalid);
        return ApiResults.Removed(await change.RunAsync(http.GetActor(), current, next, http.RequestAborted));
    }

    private static string? ScopeType(Place? place) => place is null ? null : EnumWord.Of(place.Kind);

    private static IResult Me(HttpContext http)
    {
        var actor = http.GetActor();
        return Results.Json(new
        {
            id = actor.Id,
            name = actor.Name,
            is_service = actor.IsService,
            home_organization_id = actor.HomeOrganizationId,
            organization_id = actor.HomeOrganizationId,
            must_change_password = actor.Owes == SignInDebt.NewPassword,
            two_factor_setup_required = actor.Owes == SignInDebt.TwoFactor,
            grants = actor.Lent.Select(lent => new { organization_id = lent.OrganizationId, role = EnumWord.Of(lent.Role), scope_type = ScopeType(lent.Place), scope_id = lent.Place?.Id, ends_at = lent.EndsAt }),
            memberships = actor.Roles.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value, Placed: actor.Placed.GetValueOrDefault(pair.Key))).Select(place => new
            {
                organization_id = place.Key,
                role = EnumWord.Of<Role>(place.Placed?.Role ?? place.Value),
                scope_type = ScopeType(place.Placed?.Place),
                scope_id = place.Placed?.Place.Id,
            }),
        });
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, BrowserSession browser, [FromForm] string? returnUrl)
    {
        await browser.EndAsync(http);
        return Results.LocalRedirect("/sign-in");
    }

    private static IResult Tokens(SessionTokens tokens, SignInDebt? owes) => ApiResults.Ok(new
    {
        access_token = tokens.AccessToken,
        refresh_token = tokens.RefreshToken,
        token_type = "Bearer",
        expires_in = (int)tokens.ExpiresIn.TotalSeconds,
        must_change_password = owes == SignInDebt.NewPassword,
        two_factor_required = false,
        two_factor_setup_required = owes == SignInDebt.TwoFactor,
    });

    private static IResult Unauthenticated(Refusal refusal) =>
        ApiResults.Problem(StatusCodes.Status401Unauthorized, refusal.Code, refusal.Message, refusal.Errors);
}

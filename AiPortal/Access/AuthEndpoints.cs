using System.Text.Json.Serialization;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Mvc;

namespace AiPortal.Access;

/// <summary>Sign-in for API clients, the sign-out of the portal, and who the caller is.</summary>
internal static class AuthEndpoints
{
    internal sealed record LoginRequest(string? Email, string? Password);

    internal sealed record RegisterRequest(string? Email, string? Name, string? Password);

    internal sealed record RefreshRequest([property: JsonPropertyName("refresh_token")] string? RefreshToken);

    internal sealed record PasswordRequest(
        [property: JsonPropertyName("current_password")] string? CurrentPassword,
        [property: JsonPropertyName("new_password")] string? NewPassword);

    public static void MapAuth(this WebApplication app)
    {
        var auth = app.MapGroup("/api/v1/auth").WithTags("Sign in");
        auth.MapPost("/login", LoginAsync).WithSummary("Sign in with an address and a password; answers an access and a refresh token.");
        auth.MapPost("/register", RegisterAsync).WithSummary("Make an account, where Portal:Registration allows it.");
        auth.MapPost("/refresh", RefreshAsync).WithSummary("Exchange a refresh token; each works once, a second use ends the session.");
        auth.MapPost("/logout", LogoutAsync).RequireAuthorization(AccessHost.ApiPolicy).WithSummary("End the session of the bearer token.");
        auth.MapPost("/change-password", ChangePasswordAsync).RequireAuthorization(AccessHost.ApiPolicy).WithSummary("Change the caller's password; other sessions end.");
        app.MapGet("/api/v1/me", Me).RequireAuthorization(AccessHost.ApiPolicy).WithTags("Sign in").WithSummary("Who the caller is and where he is a member.");
        app.MapPost("/auth/sign-out", SignOutAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> LoginAsync(LoginRequest request, HttpContext context, SignIn signIn, Sessions sessions)
    {
        if (string.IsNullOrEmpty(request.Email)) return Problem(Refusal.Field("email", "An address is needed."));
        if (string.IsNullOrEmpty(request.Password)) return Problem(Refusal.Field("password", "A password is needed."));
        var outcome = await signIn.RunAsync(request.Email, request.Password);
        if (outcome.Refusal is { } refusal) return Problem(refusal, StatusCodes.Status401Unauthorized);
        var tokens = await sessions.BeginAsync(outcome.Value.Id, context.ClientIp(), context.Request.Headers.UserAgent, context.RequestAborted);
        return Tokens(context, tokens, outcome.Value.MustChangePassword);
    }

    private static async Task<IResult> RegisterAsync(RegisterRequest request, Register register)
    {
        if (string.IsNullOrEmpty(request.Password) || request.Password.Length > 1024) return Problem(Refusal.Field("password", "A password of up to 1024 characters is needed."));
        var outcome = await register.RunAsync(request.Email ?? "", request.Name ?? "", request.Password);
        if (outcome.Refusal is { } refusal)
            return Problem(refusal, refusal.Kind == RefusalKind.Forbidden ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest);
        return Results.Json(new { id = outcome.Value.Id, email = outcome.Value.Email, name = outcome.Value.Name }, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RefreshAsync(RefreshRequest request, HttpContext context, Sessions sessions)
    {
        if (string.IsNullOrEmpty(request.RefreshToken)) return Problem(Refusal.Field("refresh_token", "A refresh token is needed."));
        var tokens = await sessions.RefreshAsync(request.RefreshToken, context.RequestAborted);
        return tokens is null
            ? Problem(new Refusal(RefusalKind.Forbidden, "invalid_token", "The refresh token is unknown, spent or expired."), StatusCodes.Status401Unauthorized)
            : Tokens(context, tokens, false);
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, Sessions sessions)
    {
        if (context.GetActor().SessionId is { } id) await sessions.EndAsync(id, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> ChangePasswordAsync(PasswordRequest request, HttpContext context, ChangePassword change)
    {
        if (string.IsNullOrEmpty(request.CurrentPassword)) return Problem(Refusal.Field("current_password", "The current password is needed."));
        if (string.IsNullOrEmpty(request.NewPassword)) return Problem(Refusal.Field("new_password", "A new password is needed."));
        var outcome = await change.RunAsync(context.GetActor(), request.CurrentPassword, request.NewPassword, context.RequestAborted);
        return outcome.Refusal is { } refusal ? Problem(refusal) : Results.NoContent();
    }

    private static IResult Me(HttpContext context)
    {
        var actor = context.GetActor();
        return Results.Json(new
        {
            id = actor.Id,
            name = actor.Name,
            is_service = actor.IsService,
            home_organization_id = actor.HomeOrganizationId,
            organization_id = actor.HomeOrganizationId,
            memberships = actor.Roles.OrderBy(pair => pair.Key).Select(pair => new { organization_id = pair.Key, role = EnumWord.Of<Role>(pair.Value) }),
        });
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, BrowserSession browser, [FromForm] string? returnUrl)
    {
        await browser.EndAsync(context);
        return Results.LocalRedirect("/sign-in");
    }

    private static IResult Tokens(HttpContext context, SessionTokens tokens, bool mustChange)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new
        {
            access_token = tokens.AccessToken,
            refresh_token = tokens.RefreshToken,
            token_type = "Bearer",
            expires_in = (int)tokens.ExpiresIn.TotalSeconds,
            must_change_password = mustChange,
            two_factor_required = false,
        });
    }

    private static IResult Problem(Refusal refusal, int status = StatusCodes.Status400BadRequest)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = refusal.Code };
        if (refusal.Errors is { } errors) extensions["errors"] = errors;
        return Results.Problem(refusal.Message, statusCode: status, title: refusal.Message, extensions: extensions);
    }
}

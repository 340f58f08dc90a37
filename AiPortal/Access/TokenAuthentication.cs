using System.Security.Claims;
using System.Text.Encodings.Web;
using AiPortal.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AiPortal.Access;

/// <summary>Bearer tokens of the management API: opaque, looked up at each request, so that a revoked one stops at once.</summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ActorSource actors)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        var actor = await actors.ByTokenAsync(value[Prefix.Length..].Trim(), Context.ClientIp(), Context.RequestAborted);
        if (actor is null) return AuthenticateResult.Fail("The token is unknown, expired or revoked.");
        Context.SetActor(actor);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, actor.Id.ToString())], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return AccessProblem.WriteAsync(Context, StatusCodes.Status401Unauthorized, "unauthenticated", "Sign in first: the bearer token is missing, unknown, expired or revoked.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        AccessProblem.WriteAsync(Context, StatusCodes.Status403Forbidden, "forbidden", "Your role does not allow this.");
}

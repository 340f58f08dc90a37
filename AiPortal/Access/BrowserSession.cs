using System.Security.Claims;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using AiPortal.Shell;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Access;

/// <summary>The portal's cookie: it names a session row, so that ending the session ends the cookie.</summary>
internal sealed class BrowserSession(Sessions sessions, ActorSource actors, TenantDb tenants)
{
    public const string SessionClaim = "sid";
    public const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    /// <summary>Says what the person has to do first, null where nothing.</summary>
    public async Task<SignInDebt?> BeginAsync(HttpContext context, SignInStep step)
    {
        var user = step.User;
        // Whoever sat here before has left.
        if (IdOf(context.User) is { } before) await sessions.EndAsync(before, context.RequestAborted);
        var id = await sessions.BeginBrowserAsync(step, context.ClientIp(), context.Request.Headers.UserAgent, context.RequestAborted);
        var actor = await actors.BySessionAsync(id, context.ClientIp(), context.RequestAborted);
        var claims = new List<Claim>
        {
            new(SessionClaim, id.ToString()),
            new(ClaimTypes.NameIdentifier, user.Id.ToString()),
            new(ClaimTypes.Name, user.Name),
            new(ClaimTypes.Email, user.Email!),
        };
        if (actor?.HomeOrganizationId is { } home)
        {
            var organization = await tenants.ReadAsync(home, db => db.Set<Organization>().AsNoTracking().SingleAsync(), context.RequestAborted);
            claims.Add(new Claim(Viewer.OrganizationClaim, organization.Name));
            claims.Add(new Claim(Viewer.TimeZoneClaim, organization.TimeZone));
        }

        await context.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme)));
        return actor?.Owes;
    }

    public async Task EndAsync(HttpContext context)
    {
        if (IdOf(context.User) is { } id) await sessions.EndAsync(id, context.RequestAborted);
        await context.SignOutAsync(Scheme);
    }

    public static Guid? IdOf(ClaimsPrincipal? user) => Guid.TryParse(user?.FindFirstValue(SessionClaim), out var id) ? id : null;

    /// <summary>Each request with the cookie asks whether its session still stands; for a style sheet, which everybody may have, that would be a query for nothing.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext validation)
    {
        var context = validation.HttpContext;
        if (context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null) return;
        var actors = context.RequestServices.GetRequiredService<ActorSource>();
        var actor = IdOf(validation.Principal) is { } id ? await actors.BySessionAsync(id, context.ClientIp(), context.RequestAborted) : null;
        if (actor is null) validation.RejectPrincipal();
        else context.SetActor(actor);
    }
}

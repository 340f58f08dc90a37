using System.Globalization;
using System.Security.Cryptography;
using AiPortal.Core.Access;
using Microsoft.AspNetCore.DataProtection;

namespace AiPortal.Access;

/// <summary>Carries over from the password to the code that somebody's password was right: sealed, for five minutes, and worth nothing once the password changes.</summary>
internal sealed class SecondStepTicket(IDataProtectionProvider protection, TimeProvider clock)
{
    private const string Cookie = "aiportal.step";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly IDataProtector _protector = protection.CreateProtector("AiPortal.SignIn.SecondStep");

    public string Seal(SignInStep step) => _protector.Protect(string.Join('|', step.User.Id.ToString(), (clock.GetUtcNow() + Life).UtcTicks.ToString(CultureInfo.InvariantCulture),
        step.Way is { } way ? $"{way.SourceId},{way.OrganizationId}" : "", step.User.SecurityStamp));

    /// <summary>For somebody who comes back from a provider: the ticket goes along in a cookie, not in the address.</summary>
    public void Hand(HttpContext http, SignInStep step) => http.Response.Cookies.Append(Cookie, Seal(step), new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
        MaxAge = Life,
        Path = "/sign-in",
        IsEssential = true,
    });

    /// <summary>What <see cref="Hand"/> gave, once.</summary>
    public static string? Take(HttpContext http)
    {
        var ticket = http.Request.Cookies[Cookie];
        if (ticket is not null) http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = "/sign-in" });
        return ticket;
    }

    /// <summary>Null for what is no ticket, or one whose time is over.</summary>
    public (Guid UserId, string Stamp, SignInWay? Way)? Open(string? ticket)
    {
        if (string.IsNullOrEmpty(ticket)) return null;
        try
        {
            var parts = _protector.Unprotect(ticket).Split('|', 4);
            var expires = long.Parse(parts[1], CultureInfo.InvariantCulture);
            return expires > clock.GetUtcNow().UtcTicks ? (Guid.Parse(parts[0]), parts[3], WayOf(parts[2])) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static SignInWay? WayOf(string text) => text.Split(',') is [var source, var organization] ? new SignInWay(Guid.Parse(source), Guid.Parse(organization)) : null;
}

using System.Globalization;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AiPortal.Shell;

/// <summary>Times of 24 hours, or of twelve where a browser asked for it: the running culture says which, so that circuits know too.</summary>
internal static class Clocks
{
    internal const string Path = "/preferences/clock";

    private const string Cookie = "portal.clock";
    private const string Twelve = "12";
    private const string TwentyFour = "24";

    internal static IReadOnlyList<string> All { get; } = [TwentyFour, Twelve];

    internal static bool IsChosen(string clock) => clock == (Formats.HasTwelveHours(CultureInfo.CurrentUICulture) ? Twelve : TwentyFour);

    /// <summary>Call once the language is known.</summary>
    internal static void Use(WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.Cookies[Cookie] == Twelve)
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Formats.WithTwelveHours(CultureInfo.CurrentUICulture);
        return next(context);
    });

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, Remember).ExcludeFromDescription();

    private static RedirectHttpResult Remember(HttpContext context, [FromForm] string clock, [FromForm] string? returnUrl)
    {
        if (All.Contains(clock))
        {
            context.Response.Cookies.Append(
                Cookie, clock, new CookieOptions { MaxAge = TimeSpan.FromDays(365), IsEssential = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps });
        }

        return TypedResults.LocalRedirect(LocalUrl.OrHome(returnUrl));
    }
}

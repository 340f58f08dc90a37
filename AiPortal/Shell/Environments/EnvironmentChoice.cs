using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace AiPortal.Shell.Environments;

/// <summary>
/// Which environment a browser looks at: kept in a cookie, so that every page and the first HTML agree. One that the organization does
/// not have (any more) stands for all.
/// </summary>
internal static class EnvironmentChoice
{
    internal const string Path = "/preferences/environment";

    /// <summary>What pages name an environment in their address; a choice made for all pages goes before it.</summary>
    internal const string QueryName = "environment";

    private const string Cookie = "portal.environment";

    internal static Guid? Of(HttpContext context) => Guid.TryParse(context.Request.Cookies[Cookie], out var id) ? id : null;

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, Remember).ExcludeFromDescription();

    private static RedirectHttpResult Remember(HttpContext context, [FromForm] string? environment, [FromForm] string? returnUrl)
    {
        var options = new CookieOptions { MaxAge = TimeSpan.FromDays(365), IsEssential = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps };
        if (string.IsNullOrEmpty(environment)) context.Response.Cookies.Delete(Cookie, options);
        else if (Guid.TryParse(environment, out var id)) context.Response.Cookies.Append(Cookie, id.ToString(), options);
        return TypedResults.LocalRedirect(Without(LocalUrl.OrHome(returnUrl)));
    }

    private static string Without(string url)
    {
        var at = url.IndexOf('?', StringComparison.Ordinal);
        if (at < 0) return url;
        var kept = QueryHelpers.ParseQuery(url[at..]).Where(pair => pair.Key != QueryName)
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value));
        return QueryHelpers.AddQueryString(url[..at], kept);
    }
}

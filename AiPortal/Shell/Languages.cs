using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace AiPortal.Shell;

/// <summary>The languages of the portal, how a request's language is found, and the endpoint that remembers a choice.</summary>
internal static class Languages
{
    internal const string Path = "/preferences/language";

    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");
    private static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-CN");

    internal static IReadOnlyList<CultureInfo> All { get; } = [English, Chinese];

    internal static string OwnName(CultureInfo culture) => culture.Equals(Chinese) ? "简体中文" : "English";

    internal static string ShortName(CultureInfo culture) => culture.Equals(Chinese) ? "中" : "EN";

    /// <summary>The cookie, else the browser's first language we have, else English.</summary>
    internal static RequestLocalizationOptions Options()
    {
        var options = new RequestLocalizationOptions
        {
            DefaultRequestCulture = new RequestCulture(English),
            SupportedCultures = [.. All],
            SupportedUICultures = [.. All],
            RequestCultureProviders =
            [
                new CookieRequestCultureProvider(),
                new CustomRequestCultureProvider(context => Task.FromResult(FromBrowser(context.Request))),
            ],
        };
        return options;
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, Remember).ExcludeFromDescription();

    private static RedirectHttpResult Remember(HttpContext context, [FromForm] string culture, [FromForm] string? returnUrl)
    {
        if (All.FirstOrDefault(known => known.Name == culture) is { } chosen)
        {
            context.Response.Cookies.Append(
                CookieRequestCultureProvider.DefaultCookieName,
                CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen)),
                new CookieOptions { MaxAge = TimeSpan.FromDays(365), IsEssential = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps });
        }

        return TypedResults.LocalRedirect(LocalUrl.OrHome(returnUrl));
    }

    // Any kind of Chinese is better served by simplified Chinese than by English.
    private static ProviderCultureResult? FromBrowser(HttpRequest request)
    {
        foreach (var language in request.GetTypedHeaders().AcceptLanguage.OrderByDescending(value => value.Quality ?? 1))
        {
            var tag = language.Value.Value ?? "";
            if (tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
                return new ProviderCultureResult(Chinese.Name);
            if (tag.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                return new ProviderCultureResult(English.Name);
        }

        return null;
    }
}

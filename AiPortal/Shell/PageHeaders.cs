using Microsoft.AspNetCore.Diagnostics;

namespace AiPortal.Shell;

/// <summary>
/// What a browser may load and do with our answers. On pages no inline script is used, so none is allowed; Radzen sizes elements by style
/// attributes. What is made for machines shows nothing and runs nothing, whoever is led to look at it.
/// </summary>
internal static class PageHeaders
{
    private const string PagePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private const string DataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>A year, as browsers keep it; where TLS ends before us, a trusted proxy says that it was TLS.</summary>
    private const string Tls = "max-age=31536000";

    internal static void UsePageHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // A script that asks for what is not there wants the status, not our page about it.
        if (!PageRequests.IsPage(context) && context.Features.Get<IStatusCodePagesFeature>() is { } statusPages)
            statusPages.Enabled = false;

        // At the last moment: what fails further in is answered anew, without the headers that were there before.
        context.Response.OnStarting(Add, context);
        return next(context);
    });

    private static Task Add(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = Tls;
        if (PageRequests.IsData(context.Request.Path))
        {
            headers.ContentSecurityPolicy = DataPolicy;
            headers["Referrer-Policy"] = "no-referrer";
            return Task.CompletedTask;
        }

        headers.ContentSecurityPolicy = PagePolicy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return Task.CompletedTask;
    }
}

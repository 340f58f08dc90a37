using Microsoft.AspNetCore.Diagnostics;

namespace AiPortal.Shell;

/// <summary>What a browser may load and do on our pages. No inline script is used, so none is allowed; Radzen sizes elements by style attributes.</summary>
internal static class PageHeaders
{
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    internal static void UsePageHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // A script that asks for what is not there wants the status, not our page about it.
        if (!PageRequests.IsPage(context) && context.Features.Get<IStatusCodePagesFeature>() is { } statusPages)
            statusPages.Enabled = false;

        if (!PageRequests.IsMachine(context.Request.Path))
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        }

        return next(context);
    });
}

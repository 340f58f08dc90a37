namespace AiPortal.Shell;

/// <summary>
/// A circuit is opened by our own pages alone. Browsers let any page open a web socket anywhere, and from another port or a neighbouring
/// host they send our cookies along.
/// </summary>
internal static class CircuitOrigin
{
    internal static void UseCircuitOrigin(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments("/_blazor") || IsOurs(context.Request)) return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    /// <summary>Without an origin it is no browser. The scheme is not compared: TLS may end before us.</summary>
    private static bool IsOurs(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site") return false;
        var origin = request.Headers.Origin;
        if (origin.Count == 0) return true;
        if (origin.Count > 1 || !Uri.TryCreate(origin[0], UriKind.Absolute, out var from)) return false;
        return string.Equals(from.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase) && from.Port == (request.Host.Port ?? (from.Scheme == Uri.UriSchemeHttps ? 443 : 80));
    }
}

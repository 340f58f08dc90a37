namespace AiPortal.Shell;

/// <summary>Tells a person's page from a machine's call: only pages get HTML for what is missing or has failed.</summary>
internal static class PageRequests
{
    private static readonly PathString[] MachinePaths = ["/v1", "/v1beta", "/api/v1", "/openapi", "/metrics", "/health", "/_blazor", "/_framework", "/_content"];

    internal static bool IsPage(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !IsMachine(context.Request.Path);

    internal static bool IsMachine(PathString path) => Array.Exists(MachinePaths, machine => path.StartsWithSegments(machine));
}

namespace AiPortal.Shell;

/// <summary>Tells a person's page from a machine's call: only pages get HTML for what is missing or has failed.</summary>
internal static class PageRequests
{
    private static readonly PathString[] DataPaths = ["/v1", "/v1beta", "/api/v1", "/openapi", "/metrics", "/health", "/_blazor"];
    private static readonly PathString[] MachinePaths = ["/v1", "/v1beta", "/api/v1", "/openapi", "/metrics", "/health", "/_blazor", "/_framework", "/_content"];

    internal static bool IsPage(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !IsMachine(context.Request.Path);

    /// <summary>What no page is made of: nothing of it is ever shown or run.</summary>
    internal static bool IsData(PathString path) => Array.Exists(DataPaths, data => path.StartsWithSegments(data));

    internal static bool IsMachine(PathString path) => Array.Exists(MachinePaths, machine => path.StartsWithSegments(machine));
}

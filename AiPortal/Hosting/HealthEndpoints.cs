using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Hosting;

/// <summary>Liveness, readiness and Prometheus metrics.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Json(new { status = "live" })).ExcludeFromDescription();
        app.MapGet("/health/ready", ReadyAsync).ExcludeFromDescription();
        app.MapGet("/metrics", Metrics).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, IEnumerable<IHealthFigures> figures, CancellationToken token)
    {
        var faults = await readiness.FaultsAsync(token);
        var answer = new Dictionary<string, object?> { ["status"] = faults.Count == 0 ? "ready" : "not_ready" };
        if (faults.Count > 0) answer["reasons"] = faults;
        if (readiness.Warnings() is { Count: > 0 } warnings) answer["warnings"] = warnings;
        foreach (var feature in figures) answer[feature.Name] = feature.Read();
        return Results.Json(answer, statusCode: faults.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Metrics(HttpContext context, PortalSettings settings, PrometheusText metrics) =>
        MayRead(context, settings)
            ? Results.Text(metrics.Render(), "text/plain; version=0.0.4; charset=utf-8")
            : Results.StatusCode(StatusCodes.Status403Forbidden);

    private static bool MayRead(HttpContext context, PortalSettings settings)
    {
        if (settings.MetricsToken is not { } token)
            return context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        var given = context.Request.Headers.Authorization.ToString();
        return given.StartsWith("Bearer ", StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[7..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }
}

using System.Reflection;
using AiPortal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Benchmarks.Pages;

/// <summary>What is measured: all pages of the routing table and all reads of the management API, and beside them what people narrow them by.</summary>
internal sealed class Places(IServiceProvider services, IReadOnlyDictionary<string, string> examples)
{
    /// <summary>HTML without a circuit.</summary>
    private static readonly IEnumerable<string> Plain = Templates(plain: true);

    private static readonly string[] Narrowed =
    [
        "/keys?q=coding", "/keys?status=idle", "/keys?status=expiring", "/keys?tag=feature%3Dsearch", "/members?q=anna", "/structure?q=team 1", "/budgets?q=team", "/calls?status=failed", "/calls?q=session-77", "/audit?denied=true",
    ];

    /// <summary>Work that is announced as long, not something to wait for in a list: a ZIP, whole exports, and the chain from its first event on.</summary>
    private static readonly string[] LongWork = ["/api/v1/compliance/evidence", "/api/v1/audit/export", "/api/v1/audit/verify", "/api/v1/cost/records/export", "/api/v1/bills/{id:guid}/export"];

    public IReadOnlyList<string> Pages { get; } =
    [
        .. Templates(plain: false).Select(template => Filled(template, examples)).Order(StringComparer.Ordinal),
        .. Narrowed,
    ];

    /// <summary>Only what a browser fetches.</summary>
    public IReadOnlyList<string> Documents => [.. Plain, .. Pages];

    public IReadOnlyList<string> Reads { get; } =
    [
        .. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) && route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(route => route.RoutePattern.RawText!.TrimEnd('/')).Except(LongWork)
            .Where(path => !path.Contains('{', StringComparison.Ordinal) || examples.ContainsKey(path)).Select(path => Filled(path, examples)).Distinct().Order(StringComparer.Ordinal),
        "/api/v1/keys?limit=500", "/api/v1/members?limit=500", "/api/v1/cost/quotas?limit=500", "/api/v1/calls?limit=500", "/api/v1/audit?limit=500",
        "/api/v1/keys?search=coding", "/api/v1/members?search=anna", "/api/v1/cost/quotas?search=team", "/api/v1/cost/analytics?group_by=key", "/api/v1/cost/analytics?group_by=user",
    ];

    private static IEnumerable<string> Templates(bool plain) => typeof(App).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(ExcludeFromInteractiveRoutingAttribute)) == plain).SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template);

    /// <summary>A page for one thing must be told which.</summary>
    private static string Filled(string template, IReadOnlyDictionary<string, string> examples) => !template.Contains('{', StringComparison.Ordinal) ? template
        : examples.GetValueOrDefault(template) ?? throw new InvalidOperationException($"Nobody says what {template} is opened for.");
}

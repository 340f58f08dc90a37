using System.Net;
using System.Text;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Api;

/// <summary>Every endpoint of the management API, as the routing table has them, for every role and for nobody, against the declared policies.</summary>
public sealed class EndpointPolicyTests(PortalHost host) : IClassFixture<PortalHost>
{
    /// <summary>Called by those who may they would end the session that asks, or change what the other calls need.</summary>
    private static readonly string[] NotByThoseWhoMay = ["/auth/logout", "/auth/sessions/end-others", "/vault/rotate", "/auth/two-factor"];

    [Fact]
    public void EveryEndpoint_HasAPolicy_AndEveryPolicyAnEndpoint()
    {
        var endpoints = Endpoints().ToList();
        var without = endpoints.Where(endpoint => ApiPolicies.Of(endpoint.Method, endpoint.Pattern) is null).Select(endpoint => $"{endpoint.Method} {endpoint.Pattern}");
        Assert.Equal([], without);
        Assert.Equal([], ApiPolicies.Names.Except(endpoints.Select(endpoint => $"{(endpoint.Method == "PUT" ? "PATCH" : endpoint.Method)} {endpoint.Pattern}")));
        Assert.True(endpoints.Count > 100, $"only {endpoints.Count} endpoints");
    }

    [Fact]
    public async Task Anonymous_IsRefused_WhereverSignInIsAsked()
    {
        using var nobody = host.Anonymous();
        var faults = new List<string>();
        foreach (var endpoint in Endpoints())
        {
            var status = await CallAsync(nobody, endpoint);
            if (status == HttpStatusCode.Unauthorized == ApiPolicies.Of(endpoint.Method, endpoint.Pattern)!.Anonymous && !endpoint.Pattern.EndsWith("/refresh", StringComparison.Ordinal))
                faults.Add($"{endpoint.Method} {endpoint.Pattern}: {status}");
        }

        Assert.Equal([], faults);
    }

    [Theory]
    [InlineData(Role.Owner)]
    [InlineData(Role.Administrator)]
    [InlineData(Role.Finance)]
    [InlineData(Role.Manager)]
    [InlineData(Role.Member)]
    [InlineData(Role.Auditor)]
    [InlineData(Role.Service)]
    public async Task ARole_IsRefusedExactlyWhatItMayNot(Role role)
    {
        using var client = role == Role.Service ? await ServiceAsync() : await host.MemberAsync(EnumWord.Of(role));
        var faults = new List<string>();
        foreach (var endpoint in Endpoints())
        {
            var policy = ApiPolicies.Of(endpoint.Method, endpoint.Pattern)!;
            var may = policy.Needs is not { } needed || Permissions.Allows(role, needed) || (policy.Or is { } other && Permissions.Allows(role, other));
            if (may && Array.Exists(NotByThoseWhoMay, path => endpoint.Pattern.EndsWith(path, StringComparison.Ordinal))) continue;
            var status = await CallAsync(client, endpoint);
            var refused = status == HttpStatusCode.Forbidden;
            // What only a person may do a service token is refused by name, and registration is closed to all.
            var byKind = role == Role.Service && policy.Needs is null;
            if (policy.Anonymous || byKind) continue;
            if (refused == may || status == HttpStatusCode.Unauthorized || (int)status >= 500 && !endpoint.Pattern.EndsWith("/import", StringComparison.Ordinal))
                faults.Add($"{endpoint.Method} {endpoint.Pattern}: {(int)status}, {(may ? "may" : "may not")}");
        }

        Assert.Equal([], faults);
    }

    /// <summary>A change of what a role may is meant: it is made here too.</summary>
    [Fact]
    public void Roles_MayWhatIsWrittenHere()
    {
        const string Views = "ViewCost ViewCalls ViewKeys ViewProviders ViewPrices ViewBudgets ViewBills ViewStructure ViewMembers UseApprovals ViewApprovals";
        var all = string.Join(' ', Enum.GetNames<Permission>());
        var table = new Dictionary<Role, string>
        {
            [Role.Owner] = all,
            [Role.Administrator] = all.Replace(" ManageSignIn", "", StringComparison.Ordinal),
            [Role.Finance] = $"{Views} ManagePrices ManageBudgets RequestBudget RequestKey ManageBills ManageRecords",
            [Role.Manager] = $"{Views} ManageKeys ManageBudgets RequestBudget RequestKey",
            [Role.Member] = "ViewStructure ViewPrices RequestBudget RequestKey UseApprovals",
            [Role.Auditor] = $"{Views} ViewAudit",
            [Role.Service] = $"{Views} ManageKeys ManageRecords RequestBudget",
        };
        foreach (var role in Enum.GetValues<Role>())
            Assert.Equal(table[role].Split(' ').Order(), Enum.GetValues<Permission>().Where(permission => Permissions.Allows(role, permission)).Select(permission => permission.ToString()).Order());
        Assert.Equal("Administrator Auditor Finance Manager Member Owner Service", string.Join(' ', Enum.GetNames<Role>().Order()));
        Assert.False(Permissions.MayGrant(Role.Administrator, Role.Owner));
        Assert.False(Permissions.MayGrant(Role.Manager, Role.Finance));
    }

    private IEnumerable<(string Method, string Pattern)> Endpoints() =>
        from endpoint in host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        let pattern = endpoint.RoutePattern.RawText?.TrimEnd('/')
        where pattern?.StartsWith("/api/v1", StringComparison.Ordinal) == true
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
        select (method, pattern);

    private async Task<HttpClient> ServiceAsync() =>
        host.WithBearer((await host.Admin.PostApiAsync("/service-tokens", new { name = "matrix", role = "service" })).Text("token")!);

    private static async Task<HttpStatusCode> CallAsync(HttpClient client, (string Method, string Pattern) endpoint)
    {
        var path = endpoint.Pattern["/api/v1".Length..].Replace("{id:guid}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{request:guid}", Guid.Empty.ToString(), StringComparison.Ordinal).Replace("{version:int}", "99", StringComparison.Ordinal);
        // Not every answer is JSON: exports are files.
        using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), "/api/v1" + path);
        if (endpoint.Method is not ("GET" or "DELETE")) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}

using System.Net;
using System.Net.Http.Json;
using AiPortal.Core.Routing;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>Behind a proxy the caller's address is the one that the proxy saw, whatever the caller wrote; rules hold for it in every notation.</summary>
public sealed class TrustedProxyTests(ProxiedPortal portal) : IClassFixture<ProxiedPortal>
{
    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("10.1.2.3, 192.0.2.7", false)]
    [InlineData("192.0.2.7, 10.1.2.3", true)]
    [InlineData("192.0.2.7, 10.1.2.3, 127.0.0.5", true)]
    [InlineData("10.1.2.3, 192.0.2.7, 127.0.0.5, 127.0.0.6", false)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("[::ffff:10.1.2.3]:4711", true)]
    [InlineData("10.1.2.3:4711", true)]
    [InlineData("2001:db8:1::5", true)]
    [InlineData("2001:db8:2::5", false)]
    [InlineData("2001:db8:1::bad", false)]
    [InlineData("10.9.9.9", false)]
    [InlineData("unknown", false)]
    [InlineData("10.1.2.3, junk", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task Rules_HoldForTheAddressTheProxySaw(string? forwarded, bool admitted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        if (forwarded is not null) request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        using var answer = await portal.Key.SendAsync(request);
        Assert.Equal(admitted ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::/0", "2001:db9::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("0.0.0.0/0", "::ffff:1.2.3.4", true)]
    [InlineData("fe80::/10", "fe80::1%3", true)]
    public void Range_AdmitsTheAddressesInIt(string range, string address, bool admitted)
    {
        Assert.Equal(admitted, new IpRules([range], null).Admit(IPAddress.Parse(address)));
        Assert.Equal(!admitted, new IpRules(null, [range]).Admit(IPAddress.Parse(address)));
        Assert.False(new IpRules([range], [range]).Admit(IPAddress.Parse(address)));
    }
}

/// <summary>A portal that trusts this machine as a proxy, and a key that may be used from two networks but for an address each.</summary>
public sealed class ProxiedPortal : IAsyncLifetime
{
    public PortalHost Host { get; } = new PortalHost().With("Portal:TrustedProxies", "127.0.0.0/8");

    public HttpClient Key { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Host.InitializeAsync();
        var key = await Host.Admin.PostApiAsync("/keys", new { name = "office", ip_allow = new[] { "10.0.0.0/8", "2001:db8:1::/48" }, ip_deny = new[] { "10.9.0.0/16", "2001:db8:1::bad/128" } });
        Key = Host.WithBearer(key.Text("key")!);
    }

    public Task DisposeAsync() => Host.DisposeAsync();
}

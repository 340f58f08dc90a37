using System.Net;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Providers;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>A provider that points elsewhere is not followed: neither its credential nor the body goes there.</summary>
[Collection(GatewayCollection.Name)]
public sealed class RedirectTests(GatewayHost gateway)
{
    [Theory]
    [InlineData(301, false)]
    [InlineData(302, true)]
    [InlineData(307, false)]
    [InlineData(308, true)]
    public async Task Redirect_IsNotFollowed(int status, bool stream)
    {
        using var canary = new CanaryListener();
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Json(status, "", ("Location", $"http://127.0.0.1:{canary.Port}/v1/chat/completions")));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model, stream));

        await GatewayHost.AssertErrorAsync(answer, 502, "server_error", "upstream_error");
        Assert.Equal(0, canary.Connections);
        Assert.Null(answer.Headers.Location);
        Assert.Equal(0m, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
    }
}

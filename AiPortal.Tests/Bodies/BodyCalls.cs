using System.Net;
using AiPortal.Core.Bodies;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Tests.Bodies;

/// <summary>What the tests of kept bodies do again and again.</summary>
internal static class BodyCalls
{
    public static async Task KeepBodiesAsync(this GatewayHost gateway, object? settings = null)
    {
        var answer = await gateway.Portal.Admin.PatchApiAsync($"/organizations/{gateway.Portal.OrganizationId}", settings ?? new { body_logging = "on" });
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToString());
    }

    /// <summary>Makes a call and gives its id; the whole answer has come.</summary>
    public static async Task<Guid> CallAsync(this GatewayHost gateway, HttpClient client, string text, FakeUpstreamReply reply, bool stream = false)
    {
        gateway.Upstream.Next(reply);
        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: stream, text: text));
        await answer.Content.ReadAsStringAsync();
        return Guid.Parse(answer.Headers.GetValues("x-request-id").Single());
    }

    /// <summary>Waits until the bodies of a call are kept.</summary>
    public static async Task<CallBodyRow> KeptAsync(this GatewayHost gateway, Guid call)
    {
        CallBodyRow? row = null;
        await GatewayHost.UntilAsync(async () =>
        {
            await using var db = gateway.Portal.Database.Portal.OpenSystem();
            row = await db.Set<CallBodyRow>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == call);
            return row is not null;
        }, () => "no body was kept");
        return row!;
    }

    /// <summary>Reads a body by the API once call row and body are there.</summary>
    public static async Task<ApiAnswer> ReadBodyAsync(this GatewayHost gateway, Guid call)
    {
        await gateway.KeptAsync(call);
        ApiAnswer? answer = null;
        await GatewayHost.UntilAsync(async () =>
        {
            answer = await gateway.Portal.Admin.GetApiAsync($"/calls/{call}/body");
            return answer.Status == HttpStatusCode.OK;
        }, () => answer!.Json.ToString());
        return answer!;
    }

    /// <summary>A figure of <c>/metrics</c>.</summary>
    public static async Task<double> MetricAsync(this GatewayHost gateway, string line)
    {
        using var anonymous = gateway.Portal.Anonymous();
        var text = await anonymous.GetStringAsync("/metrics");
        var found = text.Split('\n').Single(l => l.StartsWith(line, StringComparison.Ordinal));
        return double.Parse(found[(found.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Net;
using AiPortal.Core.Budgets;
using AiPortal.Tests.Api;
using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>What is changed on one node is obeyed by the other within a second, and within ten where the notification was lost.</summary>
public sealed class TwoNodeChangeTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private static readonly TimeSpan ASecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Limit_LoweredAndRaised_CountsOnTheOtherNode()
    {
        var model = await nodes.AddFixedModelAsync(0.02m);
        var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar());
        using var second = TwoNodes.Client(nodes.Second, secret);
        Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(second, model)).Status);
        var quota = (await TwoNodes.QuotaAsync(nodes.First, id)).GetProperty("id").GetGuid();

        await nodes.First.Admin.PatchApiAsync($"/cost/quotas/{quota}", new { total_quota = 0.01m });
        await UntilAsync(second, model, HttpStatusCode.TooManyRequests, ASecond);
        await nodes.First.Admin.PatchApiAsync($"/cost/quotas/{quota}", new { total_quota = 5m });
        await UntilAsync(second, model, HttpStatusCode.OK, ASecond);
        // Behind everybody's back: no notification.
        await nodes.First.Database.ExecuteAsync("UPDATE budgets SET total_quota = 0.01 WHERE id = $1", quota);
        await UntilAsync(second, model, HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(11));
    }

    [Fact]
    public async Task Reset_OnOneNode_FreesTheBudgetOnTheOther()
    {
        var model = await nodes.AddFixedModelAsync(1m);
        var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar());
        using var second = TwoNodes.Client(nodes.Second, secret);
        Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(second, model)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TwoNodes.CallAsync(second, model)).Status);
        await nodes.Gateway.EntriesAsync(id, 1);

        var quota = (await TwoNodes.QuotaAsync(nodes.First, id)).GetProperty("id").GetGuid();
        await nodes.First.Admin.PostApiAsync($"/cost/quotas/{quota}/reset", null);

        await UntilAsync(second, model, HttpStatusCode.OK, ASecond);
        await nodes.Gateway.EntriesAsync(id, 2);
        Assert.Equal([], await nodes.Gateway.VerifyAsync());
    }

    [Fact]
    public async Task Key_RevokedOnOneNode_OpensNothingOnTheOther()
    {
        var model = await nodes.AddFixedModelAsync(0.02m);
        var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar());
        using var second = TwoNodes.Client(nodes.Second, secret);
        Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(second, model)).Status);

        await nodes.First.Admin.PostApiAsync($"/keys/{id}/revoke", null);

        await UntilAsync(second, model, HttpStatusCode.Unauthorized, ASecond);
    }

    [Fact]
    public async Task TimeZone_Changed_AmountsAreCountedAnewAndStillTrue()
    {
        var model = await nodes.AddFixedModelAsync(0.02m);
        var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar() with { Budget = new(1, Core.Money.PeriodType.Daily, "strict", "block") });
        using var first = TwoNodes.Client(nodes.First, secret);
        using var second = TwoNodes.Client(nodes.Second, secret);
        Assert.Equal(10, await TwoNodes.BurstAsync(first, second, 10, model));
        await nodes.Gateway.EntriesAsync(id, 10);

        var changed = await nodes.First.Admin.PatchApiAsync($"/organizations/{nodes.First.OrganizationId}", new { time_zone = "Asia/Kolkata" });

        Assert.True(changed.Status == HttpStatusCode.OK, changed.Json.ToString());
        await UntilAsync(second, model, HttpStatusCode.OK, ASecond);
        var served = await TwoNodes.BurstAsync(first, second, 80, model);
        Assert.InRange(served, 1, 79);
        await nodes.Gateway.EntriesAsync(id, 11 + served);
        Assert.Equal([], await nodes.Gateway.VerifyAsync());
        await nodes.First.Admin.PatchApiAsync($"/organizations/{nodes.First.OrganizationId}", new { time_zone = "UTC" });
        Assert.Equal([], await nodes.Gateway.VerifyAsync());
    }

    private static async Task UntilAsync(HttpClient http, string model, HttpStatusCode wanted, TimeSpan within)
    {
        var began = TimeProvider.System.GetTimestamp();
        HttpStatusCode status;
        while ((status = (await TwoNodes.CallAsync(http, model)).Status) != wanted)
            Assert.True(TimeProvider.System.GetElapsedTime(began) < within, $"still {status} after {within}");
    }
}

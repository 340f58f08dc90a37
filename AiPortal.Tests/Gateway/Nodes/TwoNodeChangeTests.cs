using System.Net;
using AiPortal.Core.Budgets;
using AiPortal.Core.Keys;
using AiPortal.Tests.Api;
using AiPortal.Tests.Gateway.Http;
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
    public async Task Price_ChangedOnOneNode_IsChargedByTheOther()
    {
        var model = await nodes.AddFixedModelAsync(0.02m);
        var (id, secret) = await nodes.IssueAsync(new KeyDraft { Name = "priced" });
        using var second = TwoNodes.Client(nodes.Second, secret);
        Assert.Equal("0.02", await HeaderAsync(second, model, "x-portal-cost-usd"));
        var prices = await nodes.First.Admin.GetApiAsync($"/cost/models?source=own&search={model}");
        var price = prices.Data.Single(row => row.GetProperty("name").GetString() == model).GetProperty("id").GetGuid();

        var changed = await nodes.First.Admin.PatchApiAsync($"/cost/models/{price}", new { input_price = 0.03m });

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        await UntilAsync(() => HeaderAsync(second, model, "x-portal-cost-usd"), "0.03", ASecond);
        await nodes.Gateway.EntriesAsync(id, 2);
        Assert.Equal([], await nodes.Gateway.VerifyAsync());
    }

    [Fact]
    public async Task Route_MadeChangedAndRemovedOnOneNode_IsTakenByTheOther()
    {
        var model = await nodes.AddFixedModelAsync(0.02m);
        var (first, other) = ("account of " + model, "other of " + model);
        var account = await nodes.Gateway.AddProviderAsync(other, nodes.Gateway.Upstream.BaseUrl, [model], priority: 1);
        var (_, secret) = await nodes.IssueAsync(new KeyDraft { Name = "routed" });
        using var second = TwoNodes.Client(nodes.Second, secret);
        Assert.Equal(first, await ProviderAsync());
        var admin = nodes.First.Admin;

        var route = await admin.PostApiAsync("/routes", new { name = model, model, targets = new[] { new { provider_id = account } } });
        Assert.Equal(HttpStatusCode.Created, route.Status);
        await UntilAsync(ProviderAsync, other, ASecond);
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchApiAsync($"/routes/{route.Id}", new { enabled = false })).Status);
        await UntilAsync(ProviderAsync, first, ASecond);
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchApiAsync($"/routes/{route.Id}", new { enabled = true })).Status);
        await UntilAsync(ProviderAsync, other, ASecond);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteApiAsync($"/routes/{route.Id}")).Status);
        await UntilAsync(ProviderAsync, first, ASecond);

        async Task<string> ProviderAsync() => Uri.UnescapeDataString(await HeaderAsync(second, model, "x-portal-provider"));
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

    private static async Task<string> HeaderAsync(HttpClient http, string model, string name)
    {
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        return answer.Headers.GetValues(name).Single();
    }

    private static Task UntilAsync(HttpClient http, string model, HttpStatusCode wanted, TimeSpan within) =>
        UntilAsync(async () => (await TwoNodes.CallAsync(http, model)).Status, wanted, within);

    private static async Task UntilAsync<T>(Func<Task<T>> read, T wanted, TimeSpan within)
    {
        var began = TimeProvider.System.GetTimestamp();
        T seen;
        while (!EqualityComparer<T>.Default.Equals(seen = await read(), wanted))
            Assert.True(TimeProvider.System.GetElapsedTime(began) < within, $"still {seen} after {within}");
    }
}

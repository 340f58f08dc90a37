using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Budgets that send a call to a cheaper model, or say where to ask for more.</summary>
[Collection(GatewayCollection.Name)]
public sealed class DowngradeTests(GatewayHost gateway)
{
    [Fact]
    public async Task Downgrade_DearCallDoesNotFit_CheaperModelAnswersAndSaysSo()
    {
        var (dear, cheap) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "down" });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.01m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });

        using var small = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(cheap, maxTokens: 100));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 100));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (small.StatusCode, answer.StatusCode));
        Assert.False(small.Headers.Contains("x-portal-downgraded-from"));
        Assert.Equal((dear, cheap), (answer.Headers.GetValues("x-portal-downgraded-from").Single(), answer.Headers.GetValues("x-portal-model").Single()));
        var entries = await gateway.EntriesAsync(id, 2);
        Assert.Equal([(cheap, null), (cheap, dear)], entries.Select(entry => (entry.ModelName, entry.DowngradedFrom)));
        var calls = await gateway.CallsAsync(id, 2);
        Assert.Equal([(cheap, null), (cheap, dear)], calls.Select(call => (call.ModelName, call.DowngradedFrom)));
        Assert.Equal(dear, (await gateway.Portal.Admin.GetApiAsync($"/calls/{calls[1].Id}")).Json.GetProperty("call").GetProperty("downgraded_from").GetString());
        Assert.Empty(await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Downgrade_BudgetUsedUp_CheaperModelGoesOnAndIsCounted()
    {
        var (dear, cheap) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "down" });
        var budget = await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.00001m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });

        for (var i = 0; i < 3; i++)
        {
            using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 100));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await answer.Content.ReadAsStringAsync();
            await gateway.EntriesAsync(id, i + 1);
        }

        var read = await gateway.Portal.Admin.GetApiAsync($"/cost/quotas/{budget}");
        Assert.True(read.Json.GetProperty("is_exceeded").GetBoolean());
        Assert.Equal((await gateway.EntriesAsync(id, 3)).Sum(entry => entry.TotalCost), read.Json.GetProperty("used_quota").GetDecimal());
    }

    [Fact]
    public async Task Downgrade_KeyMayNotUseTheCheaperModel_BudgetRefuses()
    {
        var (dear, cheap) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "down", Models = [dear] });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.01m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 100));
        await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
    }

    [Fact]
    public async Task Downgrade_AnotherBudgetBlocks_RefusesAfterOneTry()
    {
        var (dear, cheap) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "down", Budget = new KeyBudgetTerms(0.0001m, Core.Money.PeriodType.Total, "strict", "block") });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.00001m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 1000));
        await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
        Assert.All((await gateway.Portal.Admin.GetApiAsync($"/cost/quotas?quota_type=key&scope_id={id}")).Data, budget => Assert.Equal(0m, budget.GetProperty("held_quota").GetDecimal()));
    }

    [Theory]
    [InlineData(0.01, HttpStatusCode.OK)]
    [InlineData(0.0007, HttpStatusCode.TooManyRequests)]
    public async Task Downgrade_AnotherBudgetIsBesideIt_TheCheaperModelsPriceIsHeld(decimal room, HttpStatusCode expected)
    {
        // The dear call would hold $800 there, the cheap one 100 tokens of output at $8 a million and its prompt.
        var (dear, cheap) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "down", Budget = new KeyBudgetTerms(room, Core.Money.PeriodType.Total, "strict", "block") });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 100m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 100));
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK, answer.Headers.Contains("x-portal-downgraded-from"));
    }

    [Fact]
    public async Task Downgrade_Streamed_CheaperModelStreamsAndSaysSo()
    {
        var reply = FakeUpstreamReply.Stream("Hel", "lo").WithUsage(FakeUpstreamReply.Usage(10, 2));
        var (dear, cheap) = (await gateway.AddModelAsync(reply, price => price with { OutputPrice = 8, UnitSize = 1 }), await gateway.AddModelAsync(reply));
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "down" });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.01m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, stream: true, maxTokens: 100));

        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(dear, answer.Headers.GetValues("x-portal-downgraded-from").Single());
        Assert.EndsWith("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((cheap, dear), (await gateway.EntriesAsync(id, 1)).Select(entry => (entry.ModelName, entry.DowngradedFrom)).Single());
    }

    /// <summary>One strict hold of $0.0081 fits, of unknown outcome it stays, a second does not fit; at the cheap price it does.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Downgrade_NoRoomForTheSecondAttempt_CheaperModelTakesOver(bool streamed)
    {
        var (dear, cheap) = await FailingAsync(0.08m, streamed);
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "late", Models = [dear, cheap] });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.012m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });
        gateway.Upstream.Next(FakeUpstreamReply.HangUp());

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, streamed, maxTokens: 1000));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((dear, cheap), (answer.Headers.GetValues("x-portal-downgraded-from").Single(), answer.Headers.GetValues("x-portal-model").Single()));
        Assert.Contains("cheap", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var entries = await gateway.EntriesAsync(id, 2);
        Assert.Equal(
            [(1, false, EntryStatus.Unknown, dear, null), (2, true, EntryStatus.Ok, cheap, dear)],
            entries.Select(entry => (entry.Attempt, entry.Final, entry.Status, entry.ModelName, entry.DowngradedFrom)));
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Ok, 2, cheap, dear), (call.Status, call.Attempts, call.ModelName, call.DowngradedFrom));
        var budget = gateway.BudgetOf(id);
        Assert.Equal((0m, entries[1].TotalCost, entries[0].UnresolvedCost), (budget.Held, budget.Spent, budget.Unknown));
        Assert.Empty(await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Downgrade_NoRoomForTheSecondAttemptNorForTheCheaperModel_BudgetRefuses()
    {
        var (dear, cheap) = await FailingAsync(6);
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "late", Budget = new KeyBudgetTerms(0.012m, Core.Money.PeriodType.Total, "strict", "block") });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.012m, period_type = "total", hold = "strict", action = "downgrade", downgrade_model = cheap });
        gateway.Upstream.Next(FakeUpstreamReply.HangUp());

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 1000));

        await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Unknown, true, dear), (entry.Status, entry.Final, entry.ModelName));
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((dear, null), (call.ModelName, call.DowngradedFrom));
        Assert.All((await gateway.Portal.Admin.GetApiAsync($"/cost/quotas?quota_type=key&scope_id={id}")).Data, budget => Assert.Equal(0m, budget.GetProperty("held_quota").GetDecimal()));
    }

    [Fact]
    public async Task Approval_DailyLimit_LinkNamesIt()
    {
        var (dear, _) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "ask" });
        await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 100_000m, daily_limit = 0.01m, period_type = "total", hold = "strict", action = "approval" });
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 100));
        var error = await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
        Assert.EndsWith("/request?period=daily", error.GetProperty("request_url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_CallDoesNotFit_IsRefusedWithALink()
    {
        var (dear, _) = await ModelsAsync();
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "ask" });
        var budget = await BudgetAsync(id, new { quota_type = "key", scope_id = id, total_quota = 0.01m, period_type = "total", hold = "strict", action = "approval" });

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(dear, maxTokens: 100));

        var error = await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
        var link = $"{gateway.Portal.BaseUrl.GetLeftPart(UriPartial.Authority)}/budgets/{budget}/request";
        Assert.Equal(link, error.GetProperty("request_url").GetString());
        Assert.Contains(link, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
    }

    private async Task<Guid> BudgetAsync(Guid key, object draft)
    {
        var made = await gateway.Portal.Admin.PostApiAsync("/cost/quotas", draft);
        Assert.True(made.Status == HttpStatusCode.Created, $"{key}: {made.Json}");
        return made.Id;
    }

    /// <summary>$8 a million tokens of output at two accounts; the account of the cheap one answers.</summary>
    private async Task<(string Dear, string Cheap)> FailingAsync(decimal cheapOutput, bool streamed = false)
    {
        var dear = await gateway.AddModelAsync(null);
        await gateway.AddProviderAsync("second of " + dear, gateway.Upstream.BaseUrl, [dear], priority: 1);
        var usage = FakeUpstreamReply.Usage(10, 5);
        var reply = streamed ? FakeUpstreamReply.Stream("che", "ap", "cheap").WithUsage(usage) : FakeUpstreamReply.Plain("cheap", usage);
        return (dear, await gateway.AddModelAsync(reply, price => price with { InputPrice = 0, OutputPrice = cheapOutput }));
    }

    /// <summary>$8 a token, and $8 a million.</summary>
    private async Task<(string Dear, string Cheap)> ModelsAsync()
    {
        var reply = FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5));
        return (await gateway.AddModelAsync(reply, price => price with { InputPrice = 0, OutputPrice = 8, UnitSize = 1 }), await gateway.AddModelAsync(reply));
    }
}

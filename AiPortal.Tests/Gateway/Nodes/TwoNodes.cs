using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Routing;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>Two portals on one database, one scripted provider behind both.</summary>
public sealed class TwoNodes : IAsyncLifetime
{
    private const int Connections = 100;

    public static bool IsLong => Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1";

    public GatewayHost Gateway { get; } = new();

    public PortalHost First => Gateway.Portal;

    public PortalHost Second { get; private set; } = null!;

    public static KeyDraft Dollar(string hold = "strict") => new() { Name = "dollar", Budget = new KeyBudgetTerms(1, PeriodType.Total, hold, "block") };

    public async Task InitializeAsync()
    {
        await Gateway.InitializeAsync();
        Second = First.AnotherNode();
        await Second.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Second.DisposeAsync();
        await Gateway.DisposeAsync();
    }

    /// <summary>A model that costs so much a request, whatever it says.</summary>
    public Task<string> AddFixedModelAsync(decimal usd) => Gateway.AddModelAsync(
        FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)),
        price => price with { BillingUnit = BillingUnits.Request, InputPrice = usd, OutputPrice = 0, UnitSize = 1, MaxOutput = null, ContextWindow = null });

    /// <summary>A model of which only output costs, so much a token; every answer has so many.</summary>
    public Task<string> AddTokenModelAsync(decimal usd, int answered) => Gateway.AddModelAsync(
        FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, answered)),
        price => price with { InputPrice = 0, OutputPrice = usd, UnitSize = 1, MaxOutput = 1000 });

    /// <summary>A key that both nodes know.</summary>
    public async Task<(Guid Id, string Secret)> IssueAsync(KeyDraft draft)
    {
        var issued = await Gateway.IssueSecretAsync(draft);
        await ReloadAsync(Second);
        return issued;
    }

    public static Task ReloadAsync(PortalHost node) => node.Services.GetRequiredService<SnapshotStore>().ChangedAsync(default);

    public static HttpClient Client(PortalHost node, string secret)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = node.BaseUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    public static async Task<(HttpStatusCode Status, string Body)> CallAsync(HttpClient http, string model, int? maxTokens = null)
    {
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model, maxTokens: maxTokens));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Calls at once, half at each node; answers how many were served. Nothing but a budget may refuse.</summary>
    public static async Task<int> BurstAsync(HttpClient first, HttpClient second, int calls, string model, int? maxTokens = null)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, calls).Select(i => CallAsync(i % 2 == 0 ? first : second, model, maxTokens)));
        Assert.All(answers, answer => Assert.True(
            answer.Status == HttpStatusCode.OK || (answer.Status == HttpStatusCode.TooManyRequests && answer.Body.Contains("budget_exceeded", StringComparison.Ordinal)),
            $"{answer.Status} {answer.Body}"));
        return answers.Count(answer => answer.Status == HttpStatusCode.OK);
    }

    /// <summary>Ledger, provider's log and budget agree on so many served and so much spent.</summary>
    public async Task AssertServedAsync(Guid key, string model, int served, decimal spent)
    {
        var entries = await Gateway.EntriesAsync(key, served);
        Assert.Equal((served, spent), (entries.Count, entries.Sum(entry => entry.TotalCost)));
        Assert.All(entries, entry => Assert.Equal(EntryStatus.Ok, entry.Status));
        var sent = Gateway.Upstream.Requests.Where(request => request.Model == model).Select(request => request.AttemptId).ToHashSet();
        Assert.All(entries, entry => Assert.Contains(entry.Id.ToString(), sent));
        Assert.Equal(await Gateway.CountEntriesAsync(model), sent.Count);
        foreach (var node in (PortalHost[])[First, Second])
        {
            await GatewayHost.UntilAsync(
                () => Task.FromResult(node.Services.GetRequiredService<BudgetBook>().Pending().Count == 0), () => "a node's calls are not drained");
        }

        Assert.Equal([], await Gateway.VerifyAsync());
    }

    /// <summary>The key's own budget as a node's API shows it.</summary>
    public static async Task<JsonElement> QuotaAsync(PortalHost node, Guid key)
    {
        var page = await node.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/cost/quotas?quota_type=key&scope_id={key}");
        return page.GetProperty("data")[0];
    }

    public static async Task<JsonElement[]> NodesAsync(PortalHost node) =>
        [.. (await node.Admin.GetFromJsonAsync<JsonElement>("/api/v1/nodes")).GetProperty("data").EnumerateArray()];
}

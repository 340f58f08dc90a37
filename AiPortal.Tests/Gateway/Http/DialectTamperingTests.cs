using System.Net;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Fixtures.Anthropic;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>RELIABILITY M20 for Anthropic's and Google's way in: whatever a caller writes, the key pays, and the hold covers what the call may cost.</summary>
[Collection(GatewayCollection.Name)]
public sealed class DialectTamperingTests(GatewayHost gateway) : IAsyncLifetime
{
    private const string Claude = "anthropic";
    private const string Gemini = "gemini";
    private const decimal Cost = (1000 * 2m + 100 * 8m) / 1_000_000;
    private static readonly string Elsewhere = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
    private FakeUpstream _vendor = null!;

    public static TheoryData<string, string, string?, string?> Tricks
    {
        get
        {
            var data = new TheoryData<string, string, string?, string?>
            {
                { Claude, """ "usage":{"input_tokens":0,"output_tokens":0} """, null, null },
                { Claude, """ "metadata":{"user_id":"u2","team_id":"t2","organization_id":"o2","cost":"0"} """, null, null },
                { Claude, """ "service_tier":"standard_only" """, null, null },
                { Gemini, """ "usageMetadata":{"promptTokenCount":0,"totalTokenCount":0} """, null, null },
                { Gemini, """ "labels":{"key_id":"other","team":"other"} """, null, null },
                { Gemini, """ "serviceTier":"flex" """, null, null },
            };
            foreach (var dialect in (string[])[Claude, Gemini])
            {
                data.Add(dialect, """ "cost":0,"price":0,"total_cost":0,"input_price":0 """, null, null);
                data.Add(dialect, """ "key_id":"other","organization_id":"other","team_id":"other","user_id":"other","cost_center_id":"other" """, null, null);
                foreach (var header in (string[])["x-portal-cost-usd", "x-portal-key-id", "x-portal-user-id", "x-portal-organization", "x-portal-account", "x-portal-model", "X-Goog-User-Project", "anthropic-workspace-id"])
                    data.Add(dialect, "", header, header == "x-portal-cost-usd" ? "0" : "other");
                data.Add(dialect, "", "x-portal-tags", "key_id=other,team=other,cost=0");
            }

            return data;
        }
    }

    public async Task InitializeAsync() => _vendor = await FakeUpstream.StartAsync();

    public async Task DisposeAsync() => await _vendor.DisposeAsync();

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task Trick_ChangesNeitherWhoPaysNorHowMuch(string dialect, string members, string? header, string? value)
    {
        var model = await ModelAsync(dialect);
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;

        using var answer = await SendAsync(client, dialect, model, members, header, value);

        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((Cost, false, gateway.Portal.OrganizationId, (Guid?)id), (entry.TotalCost, entry.Estimated, entry.OrganizationId, entry.KeyId));
        Assert.Equal((null, null, null), (entry.TeamId, entry.CostCenterId, entry.UserId));
    }

    /// <summary>An output of 1,000 tokens, the model's largest, is $0.008; a prompt of few words is less than $0.001.</summary>
    [Theory]
    [InlineData(Claude, "\"max_tokens\":1000", "0.009", true)]
    [InlineData(Claude, "\"max_tokens\":1000000", "0.009", true)]
    [InlineData(Claude, "\"max_tokens\":1000", "0.008", false)]
    [InlineData(Claude, "\"max_tokens\":2147483647", "0.008", false)]
    [InlineData(Claude, "\"max_tokens\":100", "0.002", true)]
    [InlineData(Gemini, "", "0.009", true)]
    [InlineData(Gemini, "", "0.008", false)]
    [InlineData(Gemini, "\"generationConfig\":{}", "0.008", false)]
    [InlineData(Gemini, "\"generationConfig\":null", "0.008", false)]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":100}", "0.002", true)]
    [InlineData(Gemini, "\"generation_config\":{\"max_output_tokens\":100}", "0.002", true)]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":100,\"candidateCount\":8}", "0.006", false)]
    [InlineData(Gemini, "\"generationConfig\":{\"candidateCount\":2}", "0.015", false)]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":2147483647}", "0.008", false)]
    public async Task StrictHold_CoversTheMostThatMayCome(string dialect, string members, string room, bool admitted)
    {
        var model = await ModelAsync(dialect);
        var terms = new KeyBudgetTerms(decimal.Parse(room, System.Globalization.CultureInfo.InvariantCulture), PeriodType.Total, "strict", "block");
        var (id, client) = await gateway.IssueKeyAsync(new KeyDraft { Name = "strict", Budget = terms });
        using var _ = client;

        using var answer = await SendAsync(client, dialect, model, members);

        Assert.True(answer.StatusCode == (admitted ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests), await answer.Content.ReadAsStringAsync());
        Assert.Equal(admitted, WasAsked(model));
        if (admitted) await gateway.EntriesAsync(id, 1);
        Assert.Equal(0m, gateway.BudgetOf(id).Held);
    }

    [Theory]
    [InlineData(Claude, "\"max_tokens\":-1")]
    [InlineData(Claude, "\"max_tokens\":1.5")]
    [InlineData(Claude, "\"max_tokens\":\"9\"")]
    [InlineData(Claude, "\"max_tokens\":null")]
    [InlineData(Claude, "\"max_tokens\":100000000000000000000")]
    [InlineData(Claude, "\"max_tokens\":9,\"max_tokens\":1")]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":-1}")]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":1.5}")]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":\"9\"}")]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":2147483648}")]
    [InlineData(Gemini, "\"generationConfig\":{\"candidateCount\":0}")]
    [InlineData(Gemini, "\"generationConfig\":{\"candidateCount\":-1}")]
    [InlineData(Gemini, "\"generationConfig\":{\"candidateCount\":100000000000000000000}")]
    [InlineData(Gemini, "\"generationConfig\":{\"maxOutputTokens\":9},\"generation_config\":{\"maxOutputTokens\":1}")]
    public async Task Figures_ThatAreNone_AreRefusedBeforeAnythingIsSent(string dialect, string members)
    {
        var model = await ModelAsync(dialect);
        var (_, client) = await gateway.IssueKeyAsync();
        using var __ = client;
        using var answer = await SendAsync(client, dialect, model, members);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(WasAsked(model));
    }

    [Theory]
    [InlineData(Claude)]
    [InlineData(Gemini)]
    public async Task ModelWithoutPrice_IsRefused_WhateverTheCallerClaims(string dialect)
    {
        var model = await ModelAsync(dialect, priced: false);
        var (_, client) = await gateway.IssueKeyAsync(new KeyDraft { Name = "b", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });
        using var __ = client;
        using var answer = await SendAsync(client, dialect, model, "\"price\":1,\"free\":true", "x-portal-model", GatewayHost.Model);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(WasAsked(model));
    }

    private bool WasAsked(string model) => _vendor.Requests.Any(request => request.Model == model || request.Path.Contains(model, StringComparison.Ordinal));

    /// <summary>A model of its own that answers with 1,000 tokens in and 100 out: $2 and $8 a million.</summary>
    private async Task<string> ModelAsync(string dialect, bool priced = true)
    {
        var model = $"{(dialect == Claude ? "claude" : "gemini-2.5")}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        await gateway.AddProviderAsync(model, new Uri(_vendor.BaseUrl, "/"), [model], priority: 0, kind: dialect);
        var price = new PriceDraft { Name = model, Provider = dialect, InputPrice = 2, OutputPrice = 8, UnitSize = 1_000_000, MaxOutput = 1000, ContextWindow = 100_000 };
        if (priced) await gateway.AddPriceAsync(price);
        return model;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, string dialect, string model, string members, string? header = null, string? value = null)
    {
        if (dialect == Claude) _vendor.ForModel(model, new FakeMessage().Text("Hi").Usage(FakeMessage.UsageOf(1000, 100)));
        else _vendor.Otherwise(FakeUpstreamReply.Json(200, (FakeGeminiReply.Text("Hi") with { Metadata = FakeGeminiReply.Usage(1000, 100) }).Whole(model)));
        var more = members.Length == 0 ? "" : "," + members.Replace("other", Elsewhere, StringComparison.Ordinal);
        if (dialect == Claude && !members.Contains("max_tokens", StringComparison.Ordinal)) more += ",\"max_tokens\":500";
        var (path, body) = dialect == Claude
            ? ("/v1/messages", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{more}}}""")
            : ($"/v1beta/models/{model}:generateContent", $$"""{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]{{more}}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = GatewayHost.Raw(body) };
        if (header is not null) request.Headers.TryAddWithoutValidation(header, value == "other" ? Elsewhere : value);
        return await client.SendAsync(request);
    }
}

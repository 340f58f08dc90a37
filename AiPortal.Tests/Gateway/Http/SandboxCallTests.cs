using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>The provider that lives in the portal takes the same way as every other.</summary>
[Collection(GatewayCollection.Name)]
public sealed class SandboxCallTests(GatewayHost gateway)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sandbox_PlainAndStreamed_AnswersAndIsPricedFromItsUsage(bool stream)
    {
        var model = "sandbox-test-" + (stream ? "streamed" : "plain");
        await gateway.AddProviderAsync("the sandbox for " + model, new Uri("http://sandbox.invalid/v1"), [model], priority: 0, kind: "sandbox");
        await gateway.AddPriceAsync(new PriceDraft { Name = model, Provider = "sandbox", InputPrice = 1, OutputPrice = 3, UnitSize = 1_000_000, MaxOutput = 1000, ContextWindow = 10_000 });
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model, stream));
        var text = await answer.Content.ReadAsStringAsync();

        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Ok, false), (entry.Status, entry.Estimated));
        Assert.Equal(((entry.InputUnits * 1m) + (entry.OutputUnits * 3m)) / 1_000_000, entry.TotalCost);
        if (stream)
        {
            Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
            return;
        }

        var usage = JsonDocument.Parse(text).RootElement.GetProperty("usage");
        Assert.Equal((entry.InputUnits, entry.OutputUnits), (usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64()));
        var listed = await http.GetFromJsonAsync<JsonElement>("/v1/models");
        Assert.Contains(model, listed.GetProperty("data").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
    }
}

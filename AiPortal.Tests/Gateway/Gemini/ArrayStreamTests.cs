using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>A stream that is not asked for as events is one JSON array, whoever answers.</summary>
[Collection(GeminiCollection.Name)]
public sealed class ArrayStreamTests(GeminiHost host)
{
    private const string Hello = """{"contents":[{"parts":[{"text":"Hello"}]}]}""";

    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "?alt=json")]
    [InlineData(false, "")]
    public async Task Stream_WithoutEvents_IsAnArrayOfAnswers(bool google, string query)
    {
        var model = google
            ? await host.AddModelAsync(FakeGeminiReply.Text("漢", "字 \"[,]\"", "!") with { Metadata = FakeGeminiReply.Usage(10, 5), PieceBytes = 7 })
            : await host.Gateway.AddModelAsync(FakeUpstreamReply.Stream("漢", "字 \"[,]\"", "!").WithUsage(FakeUpstreamReply.Usage(10, 5)).InPiecesOf(7));
        var (id, http) = await host.IssueAsync();
        http.DefaultRequestHeaders.Add("x-portal-cost", "true");

        using var answer = await http.PostAsync($"/v1beta/models/{model}:streamGenerateContent{query}", GeminiHost.Body(Hello));

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var seen = new GeminiAnswer();
        foreach (var element in JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray()) seen.Add(element);
        Assert.Equal(("漢字 \"[,]\"!", "STOP", 5), (seen.Text, seen.Finish, seen.Usage!.Value.GetProperty("candidatesTokenCount").GetInt32()));
        Assert.True(seen.Frames >= 3);
        // 10 × 2 + 5 × 8 millionths
        Assert.Equal((0.00006m, EntryStatus.Ok, false), Assert.Single(await host.Gateway.EntriesAsync(id, 1)) is var entry ? (entry.TotalCost, entry.Status, entry.Estimated) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_BrokenOff_EndsWithAnError(bool google)
    {
        var gate = new FakeUpstreamGate();
        var model = google
            ? await host.AddModelAsync(FakeGeminiReply.Text("a", "b", "c") with { CutAfter = 2 })
            : await host.Gateway.AddModelAsync(FakeUpstreamReply.Stream("a", "b").PauseBefore(2, gate).CutAfter(2));
        gate.Release();
        var (_, http) = await host.IssueAsync();

        using var answer = await http.PostAsync($"/v1beta/models/{model}:streamGenerateContent", GeminiHost.Body(Hello));

        var elements = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray().ToArray();
        Assert.Equal(502, elements[^1].GetProperty("error").GetProperty("code").GetInt32());
        Assert.DoesNotContain(elements[..^1], element => element.GetRawText().Contains("finishReason", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusal_BeforeAnythingCame_IsAnArrayOfOne()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Exhausted(17));
        var (_, http) = await host.IssueAsync();

        using var answer = await http.PostAsync($"/v1beta/models/{model}:streamGenerateContent", GeminiHost.Body(Hello));

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Equal("RESOURCE_EXHAUSTED", Assert.Single(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray()).GetProperty("error").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Stream_InAnotherForm_IsRefusedByName()
    {
        var (_, http) = await host.IssueAsync();
        using var answer = await http.PostAsync("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=proto", GeminiHost.Body(Hello));
        await GeminiHost.AssertErrorAsync(answer, 400, "INVALID_ARGUMENT");
    }
}

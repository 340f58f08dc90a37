using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Gemini;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Tests.Gateway.Gemini;

public sealed class GenerateContentPassageTests
{
    private const string Contents = "\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]";

    [Theory]
    [InlineData("{" + Contents + "}", "{\"generationConfig\":{\"maxOutputTokens\":77}," + Contents + "}")]
    [InlineData("{" + Contents + ",\"generationConfig\":{}}", "{" + Contents + ",\"generationConfig\":{\"maxOutputTokens\":77}}")]
    [InlineData("{" + Contents + ",\"generation_config\": null }", "{" + Contents + ",\"generation_config\": {\"maxOutputTokens\":77} }")]
    [InlineData("{" + Contents + ",\"generationConfig\":{ \"temperature\":1}}", "{" + Contents + ",\"generationConfig\":{\"maxOutputTokens\":77, \"temperature\":1}}")]
    [InlineData("{" + Contents + ",\"generationConfig\":{\"topK\":2,\"max_output_tokens\":null}}", "{" + Contents + ",\"generationConfig\":{\"topK\":2,\"max_output_tokens\":77}}")]
    [InlineData("{" + Contents + ",\"generationConfig\":{\"maxOutputTokens\":5}}", "{" + Contents + ",\"generationConfig\":{\"maxOutputTokens\":5}}")]
    [InlineData("{\"model\":\"models/asked\"," + Contents + "}", "{\"generationConfig\":{\"maxOutputTokens\":77},\"model\":\"models/served\"," + Contents + "}")]
    [InlineData("{" + Contents + ",\"generationConfig\":{\"topK\":2},\"model\":\"models/asked\"}", "{" + Contents + ",\"generationConfig\":{\"maxOutputTokens\":77,\"topK\":2},\"model\":\"models/served\"}")]
    public void Request_Cap_IsPutInAndNothingElse(string body, string sent)
    {
        foreach (var size in (int[])[1, 7, 1000]) Assert.Equal(sent, Sent(body, size, cap: 77, out _));
    }

    [Theory]
    [InlineData("gemini-2.5-pro", false, "v1beta/models/gemini-2.5-pro:generateContent")]
    [InlineData("gemini-2.5-pro", true, "v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse")]
    [InlineData("tunedModels/mine-1", false, "v1beta/tunedModels/mine-1:generateContent")]
    [InlineData("vendor/model:free?x", false, "v1beta/models/vendor/model%3Afree%3Fx:generateContent")]
    public void Request_Path_NamesModelAndMethod(string model, bool stream, string path)
    {
        var request = Request("{" + Contents + "}", 1000, null, model, stream);
        Assert.Null(GenerateContentPassage.Instance.WriteRequest(request, new ArrayBufferWriter<byte>(), out var target));
        Assert.Equal(path, target.Path);
    }

    [Fact]
    public void Plain_Answer_UsageTextAndReason()
    {
        var seen = Plain("""
            {"candidates":[{"content":{"parts":[{"text":"Let me think","thought":true},{"text":"Hello"},{"functionCall":{"name":"f","args":{"a":1}}}],"role":"model"},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":50,"thoughtsTokenCount":30,"toolUsePromptTokenCount":20,"totalTokenCount":1100},
             "modelVersion":"gemini-2.5-pro","responseId":"abc"}
            """);
        Assert.Equal(("abc", "gemini-2.5-pro", "STOP", 0), (seen.Id, seen.Model, seen.FinishReason, seen.Unreadable));
        Assert.Equal((620, 400, 50, 30), (seen.Usage!.Value.Usage.Input, seen.Usage.Value.Usage.CachedInput, seen.Usage.Value.Usage.Output, seen.Usage.Value.Usage.Reasoning));
        Assert.Equal(("Hellofa1".Length, "Let me think".Length), (seen.Content.Bytes, seen.Reasoning.Bytes));
    }

    [Fact]
    public void Plain_BlockedPrompt_HasItsReasonAndUsage()
    {
        var seen = Plain("""{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"m"}""");
        Assert.Equal(("PROHIBITED_CONTENT", 9L, 0L), (seen.FinishReason, seen.Usage!.Value.Usage.Input, seen.Usage.Value.Usage.TotalOutput));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{\"candidates\":[")]
    [InlineData("3")]
    public void Plain_NoAnswer_IsUnreadable(string body) => Assert.Equal(1, Plain(body).Unreadable);

    [Fact]
    public void Refusal_Quota_TellsWhenToComeAgain()
    {
        var body = Bytes.Of("""{"error":{"code":429,"message":"You exceeded your quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17.5s"}]}}""");
        var refusal = UpstreamRefusals.Of(429, body, GenerateContentPassage.Instance, null, "google");
        Assert.Equal((GatewayFailure.UpstreamRefused, 429, "rate_limit_exceeded", 18L), (refusal.Failure, refusal.Status, refusal.Code, refusal.RetryAfterSeconds!.Value));
        Assert.Equal("You exceeded your quota", refusal.Message);
    }

    private static AnswerObservation Plain(string body) => GenerateContentPassage.Instance.ReadPlain(Request("{" + Contents + "}", 1000, null, "m", false), Bytes.InSegments(body, 11)).Seen;

    private static string Sent(string body, int size, long? cap, out UpstreamTarget target)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Null(GenerateContentPassage.Instance.WriteRequest(Request(body, size, cap, "served", false), output, out target));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ExchangeRequest Request(string body, int size, long? cap, string upstream, bool stream)
    {
        var bytes = Bytes.InSegments(body, size);
        Assert.True(GenerateContentScan.TryRead(new CallTarget("asked", stream), bytes, counting: false, out var scan, out var refusal), refusal?.Message);
        return new ExchangeRequest(scan, bytes, ProviderKinds.Find("gemini")!, upstream, cap, null, new AnswerContext(Guid.Empty, default, upstream, 1, scan));
    }
}

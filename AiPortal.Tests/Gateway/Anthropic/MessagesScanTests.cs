using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Anthropic;

namespace AiPortal.Tests.Gateway.Anthropic;

public sealed class MessagesScanTests
{
    [Fact]
    public void Request_IsKnownAfterOnePass()
    {
        const string body = """
            {"max_tokens":300,"system":[{"type":"text","text":"1234","cache_control":{"type":"ephemeral"}}],"stream":true,"model":"claude-x","thinking":{"type":"enabled","budget_tokens":2000},
            "messages":[{"role":"user","content":[{"type":"text","text":"56"},{"source":{"type":"base64","media_type":"image/png","data":"AAAAAAAAAAAAAAAA"},"type":"image"}]},
            {"role":"assistant","content":"789"}],
            "metadata":{"user_id":"someone","feature":"search"},"tools":[{"name":"f","input_schema":{"type":"object"}}],"stop_sequences":["not counted"]}
            """;

        var scan = Read(body);

        Assert.Equal(("claude-x", true, 300, "someone", true), (scan.Model, scan.Stream, scan.MaxOutput!.Value, scan.User, scan.WantsThoughts));
        Assert.Equal([new("feature", "search")], scan.Tags);
        Assert.Equal((2, 1, 1, false), (scan.Messages, scan.Tools, scan.Images, scan.HasOpaqueInput));
        Assert.Equal("\"claude-x\"", body.Substring((int)scan.ModelRange.Start, (int)scan.ModelRange.Length));
        // 1234, 56, 789, two roles; the tool as compact JSON; no byte of the image
        var tool = """{"name":"f","input_schema":{"type":"object"}}""".Length;
        Assert.InRange(scan.Text.Bytes, 4 + 2 + 3 + 4 + 9 + tool, 4 + 2 + 3 + 4 + 9 + tool + 20);
    }

    [Theory]
    [InlineData("""[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}]""", true)]
    [InlineData("""[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}}]""", false)]
    [InlineData("""[{"type":"document","source":{"type":"content","content":[{"type":"text","text":"words"}]}}]""", false)]
    [InlineData("""[{"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}}]""", true)]
    [InlineData("""[{"type":"text","type":"document","source":{"type":"file","file_id":"f"},"text":"x"}]""", true)]
    [InlineData("""[{"type":"container_upload","file_id":"f"}]""", true)]
    [InlineData("""[{"type":"tool_result","tool_use_id":"t","content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}]""", true)]
    [InlineData("""[{"type":"tool_result","tool_use_id":"t","content":"words"}]""", false)]
    public void Block_ThatCannotBeBounded_IsMarked(string content, bool opaque) =>
        Assert.Equal(opaque, Read($$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":{{content}}}]}""").HasOpaqueInput);

    [Theory]
    [InlineData("""{"name":"f","input_schema":{"type":"object"}}""", false)]
    [InlineData("""{"type":"custom","name":"f","input_schema":{"type":"object"}}""", false)]
    [InlineData("""{"type":"web_search_20250305","name":"web_search"}""", true)]
    public void Tool_OfTheVendors_CannotBeBounded(string tool, bool opaque) =>
        Assert.Equal(opaque, Read($$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{{tool}}]}""").HasOpaqueInput);

    [Theory]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":-1,"messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":"1","messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[]}""", "messages")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":"x"}""", "messages")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{}],"model":"dear"}""", "model")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{}],"\u0073tream":true,"stream":false}""", "stream")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{}],"MODEL":"dear"}""", "model")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{}],"max_Tokens":9}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{}],"fallbacks":["dear"]}""", "models")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{}],"stream":1}""", "stream")]
    public void Fault_IsNamed(string body, string param)
    {
        Assert.False(MessagesScan.TryRead(Sequence(body), needsMaxTokens: true, out _, out var refusal));
        Assert.Equal((GatewayFailure.BodyInvalid, param), (refusal.Failure, refusal.Param));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model\":\"m\"")]
    [InlineData("{\"model\":\"\\ud800\"}")]
    public void NoJson_IsRefused(string body)
    {
        Assert.False(MessagesScan.TryRead(Sequence(body), needsMaxTokens: true, out _, out var refusal));
        Assert.Equal(GatewayFailure.BodyNotJson, refusal.Failure);
    }

    [Fact]
    public void MaxTokens_Zero_OnlyWarmsTheCache() => Assert.Equal(0, Read("""{"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]}""").MaxOutput);

    private static MessagesScan Read(string body)
    {
        Assert.True(MessagesScan.TryRead(Sequence(body), needsMaxTokens: true, out var scan, out var refusal), refusal?.Message);
        return scan;
    }

    private static ReadOnlySequence<byte> Sequence(string body) => new(Encoding.UTF8.GetBytes(body));
}

using System.Text;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;

namespace AiPortal.Tests.Gateway;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("a", 1, 1)]
    [InlineData("The quick brown fox jumps over the lazy dog.", 8, 13)]
    [InlineData("今天天气很好,我们去公园散步吧。", 9, 16)]
    [InlineData("Съешь ещё этих мягких булок", 8, 16)]
    public void Of_Text_IsNearWhatVocabulariesMake(string text, long least, long most)
    {
        var tally = new TextTally();
        tally.AddUtf8(Encoding.UTF8.GetBytes(text));

        Assert.InRange(TokenEstimate.Of(tally), least, most);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), tally.Bytes);
    }

    [Fact]
    public void Of_RequestAndAnswer_ChargesThePromptAndWhatWasShown()
    {
        var scan = Scan("""{"model":"m","messages":[{"role":"user","content":"12345678901234567890"}]}""");
        var seen = ChatUsageReader.Read(Bytes.Of("""{"choices":[{"message":{"content":"12345678","reasoning_content":"1234"}}]}"""));

        Assert.Equal(new Usage(6 + 4 + 3, 0, 0, 2, 1), TokenEstimate.Of(scan, seen));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""", 128_000L, 256 + 16 + 6L)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""", null, 256 + 16 + 6L)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""", 100L, 100L)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", 128_000L, 256 + 16 + 13 + 49_152L)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}""", 128_000L, 128_000L)]
    [InlineData("""{"model":"m","web_search_options":{},"messages":[{"role":"user","content":"Hi"}]}""", 128_000L, 128_000L)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}""", null, null)]
    public void Tokens_Request_IsBytesAndOverheadWithinTheWindow(string body, long? window, long? ceiling) =>
        Assert.Equal(ceiling, InputCeiling.Tokens(Scan(body), window));

    [Theory]
    [InlineData("漢字仮名交じり文")]
    [InlineData("{\"a\":[1,2,3]}")]
    [InlineData("😀😀😀")]
    public void Tokens_AnyText_IsAtLeastItsBytesAndTheEstimate(string text)
    {
        var scan = Scan("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":" + System.Text.Json.JsonSerializer.Serialize(text) + "}]}");

        Assert.True(InputCeiling.Tokens(scan, null) >= Encoding.UTF8.GetByteCount(text));
        Assert.True(InputCeiling.Tokens(scan, null) >= TokenEstimate.Input(scan));
    }

    private static ChatRequestScan Scan(string body)
    {
        ChatRequestScan.TryRead(Bytes.Of(body), out var scan, out var refusal);
        Assert.Null(refusal);
        return scan!;
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;

namespace AiPortal.Tests.Gateway.Chat;

public sealed class ChatRequestRewriteTests
{
    private static readonly ChatRequestRewrite Nothing = new("m", ChatRequestRewrite.OpenAiCapMember, null, false);

    [Theory]
    [InlineData("""{"model":"m","messages":[{}]}""", """{"model":"up/stream","messages":[{}]}""")]
    [InlineData("""  { "messages" : [ {"content":"é\u00e9\/ \"model\":\"m\" 1.10e+5"} ] , "x": 1.0 , "mod\u0065l" :  "m" } """,
        """  { "messages" : [ {"content":"é\u00e9\/ \"model\":\"m\" 1.10e+5"} ] , "x": 1.0 , "mod\u0065l" :  "up/stream" } """)]
    public void Write_OtherModel_ChangesItsValueAlone(string body, string expected) =>
        Assert.Equal(expected, Rewritten(body, Nothing with { Model = "up/stream" }));

    [Theory]
    [InlineData("""{"model":"m","messages":[{}]}""")]
    [InlineData("""{ "stream":false, "model":"\u006d","max_tokens":5,"messages":[{}] }""")]
    public void Write_NothingToChange_GivesTheSameBytes(string body) =>
        Assert.Equal(body, Rewritten(body, new ChatRequestRewrite("m", ChatRequestRewrite.OpenAiCapMember, null, true)));

    [Fact]
    public void Write_ModelWithQuotes_IsEscaped() =>
        Assert.Equal("""{"model":"a\"b\\漢","messages":[{}]}""", Rewritten("""{"model":"m","messages":[{}]}""", Nothing with { Model = "a\"b\\漢" }));

    [Theory]
    [InlineData("""{"model":"m","messages":[{}]}""", ChatRequestRewrite.OpenAiCapMember, """{"max_completion_tokens":4096,"model":"m","messages":[{}]}""")]
    [InlineData("""{"model":"m","messages":[{}]}""", ChatRequestRewrite.CompatibleCapMember, """{"max_tokens":4096,"model":"m","messages":[{}]}""")]
    [InlineData("""{"max_tokens": null,"model":"m","messages":[{}]}""", ChatRequestRewrite.CompatibleCapMember, """{"max_tokens": 4096,"model":"m","messages":[{}]}""")]
    [InlineData("""{"max_tokens":null,"model":"m","messages":[{}]}""", ChatRequestRewrite.OpenAiCapMember, """{"max_completion_tokens":4096,"max_tokens":null,"model":"m","messages":[{}]}""")]
    [InlineData("""{"model":"m","messages":[{}],"max_tokens":7}""", ChatRequestRewrite.OpenAiCapMember, """{"model":"m","messages":[{}],"max_tokens":7}""")]
    [InlineData("""{"model":"m","messages":[{}],"max_completion_tokens":7}""", ChatRequestRewrite.CompatibleCapMember, """{"model":"m","messages":[{}],"max_completion_tokens":7}""")]
    public void Write_Cap_IsPutInOnlyWhenTheCallerGaveNone(string body, string member, string expected) =>
        Assert.Equal(expected, Rewritten(body, Nothing with { CapMember = member, Cap = 4096 }));

    [Theory]
    [InlineData("", "\"stream_options\":{\"include_usage\":true},", "")]
    [InlineData("\"stream_options\":null,", "", "\"stream_options\":{\"include_usage\":true},")]
    [InlineData("\"stream_options\":{},", "", "\"stream_options\":{\"include_usage\":true},")]
    [InlineData("\"stream_options\":{ },", "", "\"stream_options\":{\"include_usage\":true},")]
    [InlineData("\"stream_options\":{ \"include_obfuscation\":false},", "", "\"stream_options\":{\"include_usage\":true, \"include_obfuscation\":false},")]
    [InlineData("\"stream_options\":{\"include_usage\": false },", "", "\"stream_options\":{\"include_usage\": true },")]
    [InlineData("\"stream_options\":{\"include_usage\":null,\"x\":[1]},", "", "\"stream_options\":{\"include_usage\":true,\"x\":[1]},")]
    [InlineData("\"stream_options\":{\"x\":{\"include_usage\":false}},", "", "\"stream_options\":{\"include_usage\":true,\"x\":{\"include_usage\":false}},")]
    [InlineData("\"stream_options\":{\"include_usage\":true},", "", "\"stream_options\":{\"include_usage\":true},")]
    public void Write_Stream_AsksForUsageOnce(string options, string inserted, string expected)
    {
        const string Rest = "\"model\":\"m\",\"stream\":true,\"messages\":[{}]}";

        Assert.Equal("{" + inserted + expected + Rest, Rewritten("{" + options + Rest, Nothing with { AskUsage = true }));
        Assert.Equal("{" + options + Rest, Rewritten("{" + options + Rest, Nothing));
    }

    [Fact]
    public void Write_AllEditsInAnySegments_GivesTheSameBytes()
    {
        const string Body = """ {"stream_options":{"include_usage":false},"messages":[{"content":"漢字"}],"max_tokens":null,"stream":true,"model":"m","z":0} """;
        const string Expected = """ {"stream_options":{"include_usage":true},"messages":[{"content":"漢字"}],"max_tokens":99,"stream":true,"model":"big","z":0} """;
        var rewrite = new ChatRequestRewrite("big", ChatRequestRewrite.CompatibleCapMember, 99, true);
        for (var size = 1; size < 140; size++) Assert.Equal(Expected, Rewritten(Body, rewrite, size));
    }

    [Fact]
    public void Write_AllInsertions_StaysOneJsonObjectWithoutRepeatedNames()
    {
        var text = Rewritten("{\"model\":\"m\",\"stream\":true,\"messages\":[{}]}", new ChatRequestRewrite("x", ChatRequestRewrite.OpenAiCapMember, 1, true));

        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Assert.Equal(5, json.RootElement.EnumerateObject().Count());
    }

    private static string Rewritten(string body, ChatRequestRewrite rewrite, int segment = int.MaxValue)
    {
        var bytes = Bytes.InSegments(body, segment);
        ChatRequestScan.TryRead(bytes, out var scan, out var refusal);
        Assert.Null(refusal);
        var output = new ArrayBufferWriter<byte>();
        rewrite.Write(output, bytes, scan!);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

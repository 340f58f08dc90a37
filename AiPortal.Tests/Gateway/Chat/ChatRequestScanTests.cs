using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;

namespace AiPortal.Tests.Gateway.Chat;

public sealed class ChatRequestScanTests
{
    private const string Hi = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    [Fact]
    public void Read_FullRequest_FindsEverything()
    {
        var scan = Accepted("""
            { "model" : "gpt-5.4" , "stream":true, "stream_options":{"include_usage":true,"include_obfuscation":false},
              "max_completion_tokens": 100, "n":3, "user":"ann", "metadata":{"feature":"search","customer":"42","odd":7},
              "temperature": 1e400, "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],
              "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object"}}}] }
            """);

        Assert.Equal("gpt-5.4", scan.Model);
        Assert.True(scan.Stream);
        Assert.True(scan.IncludeUsage);
        Assert.Equal(100, scan.MaxOutput);
        Assert.Equal(3, scan.Choices);
        Assert.Equal("ann", scan.User);
        Assert.Equal([new("feature", "search"), new("customer", "42")], scan.Tags);
        Assert.Equal(2, scan.Messages);
        Assert.Equal(1, scan.Tools);
        Assert.False(scan.HasOpaqueInput);
    }

    [Theory]
    [InlineData("""{"model":"m",""")]
    [InlineData("""  { "x":[1,{"model":"no"}], "stream":false, "model" : "m" ,""")]
    [InlineData("{\"x\":\"漢字😀\\\"model\\\"\",\"mod\\u0065l\":\"\\u006d\",")]
    public void Read_AnySegments_GivesTheModelAndItsRange(string head)
    {
        var text = head + Hi + "}";
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= bytes.Length; size++)
        {
            ChatRequestScan.TryRead(Bytes.InSegments(bytes, size), out var scan, out _);

            Assert.NotNull(scan);
            Assert.Equal("m", scan.Model);
            var value = Encoding.UTF8.GetString(bytes.AsSpan((int)scan.ModelRange.Start, (int)scan.ModelRange.Length));
            Assert.Contains(value, new[] { "\"m\"", "\"\\u006d\"" });
            Assert.Equal(bytes.AsSpan().IndexOf((byte)'{') + 1, scan.MembersStart);
        }
    }

    [Theory]
    [InlineData("Hi", 2)]
    [InlineData("漢字", 6)]
    [InlineData("\\u6f22\\u5B57", 6)]
    [InlineData("\\ud83d\\ude00", 4)]
    [InlineData("😀é", 6)]
    [InlineData("a\\n\\\"\\\\b", 5)]
    [InlineData("\\ud83d\\u0041", 5)]
    public void Read_Content_CountsItsBytesAfterUnescaping(string content, int bytes)
    {
        var text = "{\"model\":\"m\",\"messages\":[{\"role\":\"u\",\"content\":\"" + content + "\"}]}";
        for (var size = 1; size < text.Length; size++)
        {
            ChatRequestScan.TryRead(Bytes.InSegments(text, size), out var scan, out _);
            Assert.Equal(bytes + 1, scan?.Text.Bytes);
        }
    }

    [Fact]
    public void Read_PartsOfAllKinds_CountsTextAloneAsText()
    {
        var data = "data:image/png;base64," + new string('A', 10_000);
        var scan = Accepted("""
            {"model":"m","messages":[{"role":"user","content":[
              {"type":"text","text":"what is this?"},
              {"type":"image_url","image_url":{"url":"DATA","detail":"low"}},
              {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
              {"type":"image_url","image_url":"DATA"}]}]}
            """.Replace("DATA", data, StringComparison.Ordinal));

        Assert.Equal(3, scan.Images);
        Assert.Equal(1, scan.LowDetailImages);
        Assert.Equal("user".Length + "text".Length + "what is this?".Length + (3 * "image_url".Length), scan.Text.Bytes);
        Assert.False(scan.HasOpaqueInput);
    }

    [Theory]
    [InlineData("""{"type":"file","file":{"file_id":"file-1"}}""")]
    [InlineData("""{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}}""")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}""")]
    [InlineData("""{"type":"x","f\u0069le_id":"file-1"}""")]
    public void Read_PartOfUnknownSize_IsMarked(string part) =>
        Assert.True(Accepted("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[" + part + "]}]}").HasOpaqueInput);

    [Fact]
    public void Read_EchoedAnswerWithNulls_IsNotMarked()
    {
        var scan = Accepted("""
            {"model":"m","messages":[{"role":"assistant","content":null,"refusal":null,"audio":null,
             "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
             {"role":"tool","tool_call_id":"call_1","content":"21"}]}
            """);

        Assert.False(scan.HasOpaqueInput);
        Assert.Equal(2, scan.Messages);
    }

    [Fact]
    public void Read_ToolsAndSchemas_CountAsCompactJson()
    {
        const string Tools = """[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"number","maximum":12.5}},"required":["n"]}}}]""";
        var plain = Accepted("{\"model\":\"m\"," + Hi + "}").Text.Bytes;
        var compact = Accepted("{\"model\":\"m\"," + Hi + ",\"tools\":" + Tools + "}").Text.Bytes - plain;
        var spaced = Accepted("{\"model\":\"m\"," + Hi + ",\"tools\":" + Tools.Replace(":", "   :\n ", StringComparison.Ordinal) + "}").Text.Bytes - plain;

        Assert.InRange(compact, Tools.Length, Tools.Length + 20);
        Assert.Equal(compact, spaced);
    }

    [Theory]
    [InlineData("\"max_tokens\":7", 7L)]
    [InlineData("\"max_completion_tokens\":8", 8L)]
    [InlineData("\"max_tokens\":9,\"max_completion_tokens\":9", 9L)]
    [InlineData("\"max_tokens\":null,\"max_completion_tokens\":5", 5L)]
    [InlineData("\"max_tokens\":2147483648", 2147483648L)]
    [InlineData("\"max_tokens\":null", null)]
    [InlineData("\"n\":null,\"stream\":null,\"stream_options\":null,\"user\":null,\"metadata\":null", null)]
    public void Read_OutputBound_ComesFromEitherName(string members, long? bound) =>
        Assert.Equal(bound, Accepted("{\"model\":\"m\"," + Hi + "," + members + "}").MaxOutput);

    [Theory]
    [InlineData("\"n\":4,\"best_of\":2", 4)]
    [InlineData("\"n\":1,\"best_of\":20", 20)]
    [InlineData("\"n\":128", 128)]
    public void Read_Choices_AreTheMostThatMayBeGenerated(string members, int choices) =>
        Assert.Equal(choices, Accepted("{\"model\":\"m\"," + Hi + "," + members + "}").Choices);

    [Fact]
    public void Read_Metadata_IsBounded()
    {
        var pairs = Enumerable.Range(0, 30).Select(i => $"\"k{i}\":\"v\"").Prepend("\"" + new string('k', 65) + "\":\"v\"").Prepend("\"long\":\"" + new string('v', 513) + "\"");

        var scan = Accepted("{\"model\":\"m\"," + Hi + ",\"metadata\":{" + string.Join(',', pairs) + "}}");

        Assert.Equal(Enumerable.Range(0, 16).Select(i => $"k{i}"), scan.Tags.Select(tag => tag.Key));
    }

    [Fact]
    public void Read_MillionMessages_IsQuickAndCountsThem()
    {
        var body = "{\"model\":\"m\",\"messages\":[" + string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"a\"}", 1_000_000)) + "]}";

        Assert.Equal(1_000_000, Accepted(body).Messages);
    }

    private static ChatRequestScan Accepted(string body)
    {
        ChatRequestScan.TryRead(Bytes.Of(body), out var scan, out var refusal);
        Assert.Null(refusal);
        Assert.NotNull(scan);
        return scan;
    }
}

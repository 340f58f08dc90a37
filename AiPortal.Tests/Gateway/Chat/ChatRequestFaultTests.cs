using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;
using Xunit.Abstractions;

namespace AiPortal.Tests.Gateway.Chat;

public sealed class ChatRequestFaultTests(ITestOutputHelper output)
{
    private const string Whole = """
        {"model":"gpt-5.4","stream":true,"stream_options":{"include_usage":false},"max_tokens":10,"n":2,"user":"ann","metadata":{"a":"b"},
        "messages":[{"role":"user","content":[{"type":"text","text":"H\u00e9llo 漢字 \ud83d\ude00"},{"type":"image_url","image_url":{"url":"data:x","detail":"low"}}]}],
        "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","n":1.5e3,"x":[true,false,null]}}}]}
        """;

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"model\":\"m\"")]
    [InlineData("{\"model\":\"m\",}")]
    [InlineData("{\"model\":\"m\"} x")]
    [InlineData("{\"model\":\"m\\ud800\"}")]
    [InlineData("{\"model\":\"a\0b\"}")]
    [InlineData("{\"model\":NaN}")]
    [InlineData("{'model':'m'}")]
    [InlineData("model=m&stream=true")]
    public void Read_NotJson_IsRefusedAsSuch(string body) => AssertRefused(Encoding.UTF8.GetBytes(body), GatewayFailure.BodyNotJson, null);

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0x80 })]
    public void Read_BadUtf8InAString_IsRefusedInAnySegments(byte[] bad)
    {
        byte[] body = [.. "{\"model\":\"m\",\"messages\":[{\"content\":\""u8, .. bad, .. "\"}]}"u8];
        for (var size = 1; size <= body.Length; size++)
        {
            Assert.False(ChatRequestScan.TryRead(Bytes.InSegments(body, size), out _, out var refusal));
            Assert.Equal(GatewayFailure.BodyNotJson, refusal?.Failure);
        }
    }

    [Theory]
    [InlineData(1_000_000, "[")]
    [InlineData(200_000, "{\"a\":")]
    public void Read_DeepNesting_IsRefused(int depth, string open) =>
        AssertRefused(Encoding.UTF8.GetBytes("{\"model\":\"m\",\"x\":" + string.Concat(Enumerable.Repeat(open, depth))), GatewayFailure.BodyNotJson, null);

    [Theory]
    [InlineData("{\"messages\":[{}]}", "model")]
    [InlineData("{\"model\":\"m\"}", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":[]}", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":{\"role\":\"user\"}}", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":\"hi\"}", "messages")]
    [InlineData("{\"model\":\"\"}", "model")]
    [InlineData("{\"model\":\"  \"}", "model")]
    [InlineData("{\"model\":\"a\\nb\"}", "model")]
    [InlineData("{\"model\":null}", "model")]
    [InlineData("{\"model\":5}", "model")]
    [InlineData("{\"model\":{\"a\":\"b\"}}", "model")]
    [InlineData("{\"max_tokens\":0}", "max_tokens")]
    [InlineData("{\"max_tokens\":-1}", "max_tokens")]
    [InlineData("{\"max_tokens\":1.5}", "max_tokens")]
    [InlineData("{\"max_tokens\":1e400}", "max_tokens")]
    [InlineData("{\"max_tokens\":99999999999999999999}", "max_tokens")]
    [InlineData("{\"max_tokens\":\"100\"}", "max_tokens")]
    [InlineData("{\"max_tokens\":[]}", "max_tokens")]
    [InlineData("{\"max_completion_tokens\":true}", "max_completion_tokens")]
    [InlineData("{\"max_tokens\":5,\"max_completion_tokens\":6,\"model\":\"m\",\"messages\":[{}]}", "max_tokens")]
    [InlineData("{\"n\":0}", "n")]
    [InlineData("{\"n\":129}", "n")]
    [InlineData("{\"n\":\"2\"}", "n")]
    [InlineData("{\"best_of\":1000}", "best_of")]
    [InlineData("{\"stream\":\"true\"}", "stream")]
    [InlineData("{\"stream\":1}", "stream")]
    [InlineData("{\"stream_options\":true}", "stream_options")]
    [InlineData("{\"stream_options\":{\"include_usage\":1}}", "stream_options.include_usage")]
    [InlineData("{\"stream_options\":{\"include_usage\":true,\"include_usage\":false}}", "stream_options.include_usage")]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}", "model")]
    [InlineData("{\"model\":\"a\",\"mod\\u0065l\":\"b\"}", "model")]
    [InlineData("{\"model\":\"a\",\"Model\":\"b\"}", "model")]
    [InlineData("{\"model\":\"a\",\"MAX_TO\\u212aENS\":9}", "max_tokens")]
    [InlineData("{\"\u017ftream\":true}", "stream")]
    [InlineData("{\"stream\":true,\"stream\":false}", "stream")]
    [InlineData("{\"max_tokens\":1,\"max_tokens\":1000000}", "max_tokens")]
    [InlineData("{\"n\":1,\"n\":100}", "n")]
    [InlineData("{\"model\":\"m\",\"models\":[\"m\",\"dear\"]}", "models")]
    public void Read_WrongMember_IsNamed(string body, string param) => AssertRefused(Encoding.UTF8.GetBytes(body), GatewayFailure.BodyInvalid, param);

    [Fact]
    public void Read_ModelNameAtItsLimit_IsAccepted()
    {
        Assert.True(ChatRequestScan.TryRead(Bytes.Of("{\"messages\":[{}],\"model\":\"" + new string('m', 256) + "\"}"), out _, out _));
        AssertRefused(Encoding.UTF8.GetBytes("{\"model\":\"" + new string('m', 257) + "\"}"), GatewayFailure.BodyInvalid, "model");
    }

    [Fact]
    public void Read_EveryPrefixOfABody_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        Assert.True(ChatRequestScan.TryRead(new ReadOnlySequence<byte>(bytes), out _, out _));
        for (var length = 0; length < bytes.Length; length++)
            AssertRefused(bytes[..length], GatewayFailure.BodyNotJson, null);
    }

    [Fact]
    public void Read_MutatedBodies_NeverThrowsAndGivesTheSameInAnySegments()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var original = Encoding.UTF8.GetBytes(Whole);
        ReadOnlySpan<byte> spice = "\"\\{}[]:,0eE-.u\0\u00e9"u8;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = original.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                var at = random.Next(bytes.Length);
                bytes[at] = random.Next(3) == 0 ? (byte)random.Next(256) : spice[random.Next(spice.Length)];
            }

            var cut = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
            var memory = bytes.AsMemory(0, cut);
            ChatRequestScan.TryRead(new ReadOnlySequence<byte>(memory), out var whole, out var refusal);
            ChatRequestScan.TryRead(Bytes.InSegments(memory, random.Next(1, 40)), out var split, out var splitRefusal);

            Assert.Equal((refusal?.Failure, refusal?.Param), (splitRefusal?.Failure, splitRefusal?.Param));
            Assert.Equal((whole?.Model, whole?.Text, whole?.MaxOutput), (split?.Model, split?.Text, split?.MaxOutput));
        }
    }

    private static void AssertRefused(byte[] body, GatewayFailure failure, string? param)
    {
        ChatRequestScan.TryRead(new ReadOnlySequence<byte>(body), out var scan, out var refusal);

        Assert.Null(scan);
        Assert.Equal((failure, param), (refusal?.Failure, refusal?.Param));
        Assert.NotEmpty(refusal!.Message);
    }
}

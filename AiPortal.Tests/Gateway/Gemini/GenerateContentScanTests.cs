using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Gemini;

namespace AiPortal.Tests.Gateway.Gemini;

public sealed class GenerateContentScanTests
{
    private const string Full = """
        {"systemInstruction":{"parts":[{"text":"Be brief"}]},
         "contents":[{"role":"user","parts":[{"text":"Hi"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
                     {"role":"model","parts":[{"functionCall":{"name":"f","args":{"city":"Paris"}}}]},
                     {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"22"}}}]}],
         "tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT"}},{"name":"g"}]}],
         "generationConfig":{"maxOutputTokens":200,"candidateCount":2,"temperature":0.5,"thinkingConfig":{"includeThoughts":true,"thinkingBudget":100}}}
        """;

    [Fact]
    public void Scan_FullRequest_HasWhatAdmissionNeeds()
    {
        var scan = Read(Full);
        Assert.Equal(("gemini-2.5-pro", true, 200L, 2, 3, 2, 1, false), (scan.Model, scan.Stream, scan.MaxOutput!.Value, scan.Choices, scan.Messages, scan.Tools, scan.Images, scan.HasOpaqueInput));
        Assert.True(scan.IncludeThoughts);
        // Text of the user and of the instruction, names and values of arguments; the image's bytes are none.
        Assert.InRange(scan.Text.Bytes, "Be briefHicityParis22".Length, 200);
    }

    [Fact]
    public void Scan_SnakeNames_AreTheSame()
    {
        var snake = Full.Replace("systemInstruction", "system_instruction").Replace("inlineData", "inline_data").Replace("mimeType", "mime_type")
            .Replace("generationConfig", "generation_config").Replace("maxOutputTokens", "max_output_tokens").Replace("candidateCount", "candidate_count")
            .Replace("thinkingConfig", "thinking_config").Replace("includeThoughts", "include_thoughts").Replace("functionDeclarations", "function_declarations");
        var (one, other) = (Read(Full), Read(snake));
        Assert.Equal((one.MaxOutput, one.Choices, one.Messages, one.Tools, one.Images, one.IncludeThoughts), (other.MaxOutput, other.Choices, other.Messages, other.Tools, other.Images, other.IncludeThoughts));
    }

    [Fact]
    public void Scan_InSegmentsOfEverySize_IsTheSame()
    {
        var whole = Read(Full);
        for (var size = 1; size < 64; size++)
        {
            Assert.True(GenerateContentScan.TryRead(Target, Bytes.InSegments(Full, size), counting: false, out var scan, out _));
            Assert.Equal((whole.Text, whole.MaxOutputRange, whole.ConfigRange, whole.Images), (scan.Text, scan.MaxOutputRange, scan.ConfigRange, scan.Images));
        }
    }

    [Theory]
    [InlineData("""{"contents":[],"generationConfig":{}}""", "contents")]
    [InlineData("""{"generationConfig":{}}""", "contents")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"contents":[{"parts":[{"text":"b"}]}]}""", "contents")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":1},"generation_config":{"maxOutputTokens":9}}""", "generationConfig")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9}}""", "maxOutputTokens")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"MaxOutputTokens":9}}""", "maxOutputTokens")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":"9"}}""", "generationConfig.maxOutputTokens")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":0}}""", "generationConfig.maxOutputTokens")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"candidateCount":1000}}""", "generationConfig.candidateCount")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":[]}""", "generationConfig")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"}]}],"model":"models/other"}""", "model")]
    public void Scan_Fault_RefusedByName(string body, string param)
    {
        Assert.False(GenerateContentScan.TryRead(Target, Bytes.Of(body), counting: false, out _, out var refusal));
        Assert.Equal((GatewayFailure.BodyInvalid, param), (refusal.Failure, refusal.Param));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"contents\":")]
    [InlineData("{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]} x")]
    public void Scan_NoJson_Refused(string body)
    {
        Assert.False(GenerateContentScan.TryRead(Target, Bytes.Of(body), counting: false, out _, out var refusal));
        Assert.Equal(GatewayFailure.BodyNotJson, refusal.Failure);
    }

    [Theory]
    [InlineData("""{"inlineData":{"mimeType":"audio/wav","data":"AA"}}""", 0, true)]
    [InlineData("""{"inlineData":{"mimeType":"application/pdf","data":"AA"}}""", 0, true)]
    [InlineData("""{"inlineData":{"mimeType":"image/png","data":"AA"}}""", 1, false)]
    [InlineData("""{"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.com/a.jpg"}}""", 1, false)]
    [InlineData("""{"fileData":{"fileUri":"https://example.com/a"}}""", 0, true)]
    [InlineData("""{"file_data":{"mime_type":"video/mp4","file_uri":"https://example.com/a"}}""", 0, true)]
    [InlineData("""{"functionResponse":{"name":"f","response":{"inlineData":{"mimeType":"image/png","data":"text of any length"}}}}""", 0, true)]
    public void Scan_Media_CountedOrOpaque(string part, int images, bool opaque)
    {
        var scan = Read($$"""{"contents":[{"role":"user","parts":[{{part}}]}]}""");
        Assert.Equal((images, opaque), (scan.Images, scan.HasOpaqueInput));
    }

    [Theory]
    [InlineData(""","tools":[{"googleSearch":{}}]""")]
    [InlineData(""","tools":[{"functionDeclarations":[{"name":"f"}],"url_context":{}}]""")]
    [InlineData(""","cachedContent":"cachedContents/1" """)]
    public void Scan_WhatBringsInMore_IsOpaque(string more) => Assert.True(Read($$"""{"contents":[{"parts":[{"text":"a"}]}]{{more}}}""").HasOpaqueInput);

    [Fact]
    public void Scan_AnyBytes_NeverThrows()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(Full);
        for (var round = 0; round < 3000; round++)
        {
            var spoilt = (byte[])bytes.Clone();
            for (var change = random.Next(1, 6); change > 0; change--) spoilt[random.Next(spoilt.Length)] = (byte)random.Next(256);
            var fault = Record.Exception(() => GenerateContentScan.TryRead(Target, Bytes.InSegments(spoilt.AsMemory(0, random.Next(spoilt.Length + 1)), 1 + random.Next(50)), false, out _, out _));
            Assert.True(fault is null, $"seed {seed}: {fault}");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a//b")]
    [InlineData("a\u0001")]
    public void Scan_ModelThatIsNoName_Refused(string? model)
    {
        Assert.False(GenerateContentScan.TryRead(new CallTarget(model), Bytes.Of(Full), counting: false, out _, out var refusal));
        Assert.Equal("model", refusal.Param);
    }

    private static CallTarget Target => new("gemini-2.5-pro", Stream: true);

    private static GenerateContentScan Read(string body)
    {
        Assert.True(GenerateContentScan.TryRead(Target, Bytes.Of(body), counting: false, out var scan, out var refusal), refusal?.Message);
        return scan;
    }
}

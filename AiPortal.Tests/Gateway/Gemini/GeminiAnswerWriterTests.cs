namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>A caller of Google's at OpenAI: what is asked there, and what comes back.</summary>
public sealed class GeminiAnswerWriterTests
{
    private const string Ask = """{"contents":[{"role":"user","parts":[{"text":"a"}]}]}""";
    private const string Tail = ",\"modelVersion\":\"gpt-5\",\"responseId\":\"chatcmpl-1\"}\r\n\r\n";

    [Fact]
    public void Stream_TextAndCalls_AreFramesWithWholeCallsAndTheEndInTheLast()
    {
        var (body, seen) = GeminiTranslation.OfGemini(Ask, stream: true).Stream(
            Chunk("{\"role\":\"assistant\",\"content\":\"\"}") + Chunk("{\"content\":\"漢\"}") + Chunk("{\"content\":\"字\"}")
            + Chunk("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}")
            + Chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\n \\\"a\\\":\"}}]}") + Chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]}")
            + Chunk("{\"tool_calls\":[{\"index\":1,\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}")
            + Chunk("{}", "tool_calls")
            + "data: {\"id\":\"chatcmpl-1\",\"model\":\"gpt-5\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120,\"prompt_tokens_details\":{\"cached_tokens\":64},\"completion_tokens_details\":{\"reasoning_tokens\":5}}}\n\ndata: [DONE]\n\n");
        Assert.Equal(
            Frame("{\"text\":\"漢\"}") + Frame("{\"text\":\"字\"}") + Frame("{\"functionCall\":{\"id\":\"call_1\",\"name\":\"f\",\"args\":{\"a\":1}}}") + Frame("{\"functionCall\":{\"id\":\"call_2\",\"name\":\"g\",\"args\":{}}}")
            + "data: {\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":100,\"cachedContentTokenCount\":64,\"candidatesTokenCount\":15,\"thoughtsTokenCount\":5,\"totalTokenCount\":120,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":100}],\"candidatesTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":15}]}" + Tail,
            body);
        Assert.Equal((36, 64, 15, 5), (seen.Usage!.Value.Usage.Input, seen.Usage.Value.Usage.CachedInput, seen.Usage.Value.Usage.Output, seen.Usage.Value.Usage.Reasoning));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(""","generationConfig":{"thinkingConfig":{"includeThoughts":true}}""", """{"text":"Hmm","thought":true}""")]
    public void Stream_Thoughts_OnlyForThoseWhoAsked(string config, string part)
    {
        var (body, _) = GeminiTranslation.OfGemini(Ask[..^1] + config + "}", stream: true).Stream(Chunk("{\"reasoning_content\":\"Hmm\"}") + Chunk("{\"content\":\"x\"}", "stop") + "data: [DONE]\n\n");
        Assert.StartsWith((part.Length > 0 ? Frame(part) : "") + Frame("{\"text\":\"x\"}"), body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", "STOP")]
    [InlineData("length", "MAX_TOKENS")]
    [InlineData("content_filter", "SAFETY")]
    public void Plain_FinishReason_InGooglesWords(string reason, string word)
    {
        var (body, _) = GeminiTranslation.OfGemini(Ask).Plain($$$"""{"id":"chatcmpl-1","created":1,"model":"gpt-5","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"{{{reason}}}"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}""");
        Assert.Equal($$$"""{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"{{{word}}}","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":4,"promptTokensDetails":[{"modality":"TEXT","tokenCount":3}],"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":1}]},"modelVersion":"gpt-5","responseId":"chatcmpl-1"}""", body);
    }

    [Fact]
    public void Plain_CallCutByLength_IsLeftOut()
    {
        var (body, _) = GeminiTranslation.OfGemini(Ask).Plain("""{"id":"1","model":"gpt-5","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]},"finish_reason":"length"}]}""");
        Assert.StartsWith("""{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}]""", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_Everything_IsOpenAisRequest()
    {
        var sent = GeminiTranslation.OfGemini("""
            {"system_instruction":{"parts":[{"text":"Be brief"}]},
             "contents":[{"role":"user","parts":[{"text":"See"},{"inline_data":{"mime_type":"image/png","data":"AA-_"}},{"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.com/a.jpg"}}]},
               {"role":"model","parts":[{"functionCall":{"name":"f","args":{"city":"Paris"}}},{"functionCall":{"name":"f","args":{"city":"Rome"}}}]},
               {"role":"function","parts":[{"functionResponse":{"name":"f","response":{"output":"22"}}},{"functionResponse":{"name":"f","response":{"celsius":27}}}]}],
             "tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING","nullable":true},"days":{"type":"ARRAY","items":{"type":"INTEGER","format":"int32"},"minItems":"1"}},"propertyOrdering":["city"],"required":["city"]}}]}],
             "tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},"safetySettings":[{"category":"c","threshold":"t"}],
             "generation_config":{"maxOutputTokens":99,"temperature":1.5,"topP":0.5,"topK":40,"stopSequences":["x"],"seed":3,"candidateCount":1,"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"type":{"type":"STRING","enum":["a"],"format":"enum"}}},"thinkingConfig":{"thinkingBudget":8192}}}
            """).Request(out var refusal);
        Assert.Null(refusal);
        Assert.Equal(
            """{"model":"gpt-5","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA+/"}},{"type":"image_url","image_url":{"url":"https://example.com/a.jpg"}}]},"""
            + """{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Paris\"}"}},{"id":"call_2","type":"function","function":{"name":"f","arguments":"{\"city\":\"Rome\"}"}}]},"""
            + """{"role":"tool","tool_call_id":"call_1","content":"22"},{"role":"tool","tool_call_id":"call_2","content":"{\"celsius\":27}"}],"max_completion_tokens":99,"temperature":1.5,"top_p":0.5,"seed":3,"stop":["x"]"""
            + ""","tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"city":{"type":["string","null"]},"days":{"type":"array","items":{"type":"integer"},"minItems":1}},"required":["city"]}}}],"tool_choice":{"type":"function","function":{"name":"f"}}"""
            + ""","response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":{"type":{"type":"string","enum":["a"]}}}}},"reasoning_effort":"medium"}""",
            sent);
    }

    [Theory]
    [InlineData(""","tools":[{"googleSearch":{}}]""", "tools[0].googleSearch")]
    [InlineData(""","cachedContent":"cachedContents/1" """, "cachedContent")]
    [InlineData(""","generationConfig":{"responseModalities":["TEXT","IMAGE"]}""", "generationConfig.responseModalities")]
    [InlineData(""","generationConfig":{"responseMimeType":"text/x.enum"}""", "generationConfig.responseMimeType")]
    public void Request_WhatOnlyGoogleHas_IsRefusedByName(string more, string param)
    {
        GeminiTranslation.OfGemini(Ask[..^1] + more + "}").Request(out var refusal);
        Assert.Equal(param, refusal?.Param);
    }

    [Theory]
    [InlineData("""{"fileData":{"mimeType":"image/png","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}}""", "contents[0].parts[0].fileData")]
    [InlineData("""{"inlineData":{"mimeType":"video/mp4","data":"AA"}}""", "contents[0].parts[0].inlineData")]
    [InlineData("""{"executableCode":{"language":"PYTHON","code":"1"}}""", "contents[0].parts[0]")]
    [InlineData("""{"functionResponse":{"name":"f","response":{}}}""", "contents[0].parts[0].functionResponse")]
    public void Request_PartNobodyElseKnows_IsRefusedByName(string part, string param)
    {
        GeminiTranslation.OfGemini($$"""{"contents":[{"role":"user","parts":[{{part}}]}]}""").Request(out var refusal);
        Assert.Equal(param, refusal?.Param);
    }

    private static string Chunk(string delta, string? reason = null) =>
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + (reason is null ? "null" : $"\"{reason}\"") + "}]}\n\n";

    private static string Frame(string part) => "data: {\"candidates\":[{\"content\":{\"parts\":[" + part + "],\"role\":\"model\"},\"index\":0}]" + Tail;
}

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>What a caller of OpenAI's asks, as Google is asked.</summary>
public sealed class GeminiPromptWriterTests
{
    [Fact]
    public void Request_TextAndSettings_EachHasItsPlace() => AssertSent(
        """{"model":"m","messages":[{"role":"system","content":"Be brief"},{"role":"developer","content":"In French"},{"role":"user","content":"Hi"}],"temperature":0.5,"top_p":0.9,"max_completion_tokens":100,"stop":["a","b"],"seed":7,"n":2,"presence_penalty":0.1,"frequency_penalty":-0.2,"user":"u","reasoning_effort":"low","service_tier":"flex"}""",
        """{"systemInstruction":{"parts":[{"text":"Be brief"},{"text":"In French"}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":100,"candidateCount":2,"temperature":0.5,"topP":0.9,"presencePenalty":0.1,"frequencyPenalty":-0.2,"seed":7,"stopSequences":["a","b"],"thinkingConfig":{"thinkingBudget":1024}}}""");

    [Fact]
    public void Request_ToolsAndTheirResults_FollowEachOtherByName() => AssertSent(
        """
        {"model":"m","messages":[{"role":"user","content":"Paris and Rome?"},
          {"role":"assistant","content":null,"tool_calls":[
            {"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Paris\"}"},"extra_content":{"google":{"thought_signature":"c2VhbA=="}}},
            {"id":"call_b","type":"function","function":{"name":"weather","arguments":"{ \"city\" : \"Rome\" }"}}]},
          {"role":"tool","tool_call_id":"call_a","content":"22 °C"},{"role":"tool","tool_call_id":"call_b","content":"{\"celsius\":27}"},{"role":"user","content":"And?"}],
         "tools":[{"type":"function","function":{"name":"weather","description":"Tells it","parameters":{"type":"object","properties":{"city":{"$ref":"#/$defs/c"}},"additionalProperties":false},"strict":true}}],"tool_choice":"required"}
        """,
        """{"contents":[{"role":"user","parts":[{"text":"Paris and Rome?"}]},{"role":"model","parts":[{"functionCall":{"id":"call_a","name":"weather","args":{"city":"Paris"}},"thoughtSignature":"c2VhbA=="},{"functionCall":{"id":"call_b","name":"weather","args":{"city":"Rome"}}}]},{"role":"user","parts":[{"functionResponse":{"id":"call_a","name":"weather","response":{"output":"22 °C"}}},{"functionResponse":{"id":"call_b","name":"weather","response":{"celsius":27}}},{"text":"And?"}]}],"tools":[{"functionDeclarations":[{"name":"weather","description":"Tells it","parametersJsonSchema":{"type":"object","properties":{"city":{"$ref":"#/$defs/c"}},"additionalProperties":false}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}},"generationConfig":{}}""");

    [Fact]
    public void Request_Media_GoInlineOrByAddress() => AssertSent(
        """
        {"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
          {"type":"image_url","image_url":{"url":"https://example.com/a.jpg?x=1"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,BBBB","filename":"b.pdf"}},{"type":"input_audio","input_audio":{"data":"CCCC","format":"mp3"}}]}]}
        """,
        """{"contents":[{"role":"user","parts":[{"text":"See"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.com/a.jpg?x=1"}},{"inlineData":{"mimeType":"application/pdf","data":"BBBB"}},{"inlineData":{"mimeType":"audio/mp3","data":"CCCC"}}]}],"generationConfig":{}}""");

    [Theory]
    [InlineData("""{"type":"json_object"}""", """{"responseMimeType":"application/json"}""")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","additionalProperties":false},"strict":true}}""", """{"responseMimeType":"application/json","responseJsonSchema":{"type":"object","additionalProperties":false}}""")]
    [InlineData("""{"type":"text"}""", "{}")]
    public void Request_Format_IsMimeTypeAndSchema(string format, string config) => AssertSent(
        $$"""{"model":"m","messages":[{"role":"user","content":"a"}],"response_format":{{format}} }""",
        $$"""{"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{{config}}}""");

    [Theory]
    [InlineData("gemini-2.5-flash", "none", """{"thinkingBudget":0}""")]
    [InlineData("gemini-2.5-pro", "none", """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-pro", "medium", """{"thinkingBudget":8192}""")]
    [InlineData("gemini-2.5-flash", "xhigh", """{"thinkingBudget":24576}""")]
    [InlineData("gemini-3-pro-preview", "minimal", """{"thinkingLevel":"low"}""")]
    [InlineData("gemini-3-flash-preview", "minimal", """{"thinkingLevel":"minimal"}""")]
    [InlineData("gemini-3.1-pro", "max", """{"thinkingLevel":"high"}""")]
    public void Request_Effort_IsABudgetOrALevelByGeneration(string model, string effort, string thinking) => AssertSent(
        $$"""{"model":"m","messages":[{"role":"user","content":"a"}],"reasoning_effort":"{{effort}}"}""",
        $$$"""{"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{"thinkingConfig":{{{thinking}}}}}""", model);

    [Fact]
    public void Request_CallsOfAnotherModelAtTheThirdGeneration_HaveTheSealThatGoogleTellsToSend() => AssertSent(
        """{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"2","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"x"},{"role":"tool","tool_call_id":"2","content":"y"}]}""",
        """{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"id":"1","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"2","name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"1","name":"f","response":{"output":"x"}}},{"functionResponse":{"id":"2","name":"f","response":{"output":"y"}}}]}],"generationConfig":{}}""",
        "gemini-3-pro-preview");

    [Fact]
    public void Request_Cap_IsPutInWhereTheCallerGaveNone()
    {
        var sent = GeminiTranslation.OfOpenAi("""{"model":"m","messages":[{"role":"user","content":"a"}]}""", cap: 4096).Request(out var refusal);
        Assert.Null(refusal);
        Assert.EndsWith("\"generationConfig\":{\"maxOutputTokens\":4096}}", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false}""", "parallel_tool_calls")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"stop":["1","2","3","4","5","6"]}""", "stop")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}""", "messages[0].content[0].file.file_id")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]},{"role":"user","content":"a"}]}""", "tool_calls")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"tool","tool_call_id":"none","content":"x"}]}""", "tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"logprobs":true}""", "logprobs")]
    public void Request_WhatCannotBeSaid_IsRefusedByName(string body, string param)
    {
        GeminiTranslation.OfOpenAi(body).Request(out var refusal);
        Assert.Equal(param, refusal?.Param);
    }

    [Fact]
    public void Request_HalfASurrogatePair_IsRefused()
    {
        GeminiTranslation.OfOpenAi("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}").Request(out var refusal);
        Assert.Equal(Core.Gateway.GatewayFailure.BodyNotJson, refusal?.Failure);
    }

    private static void AssertSent(string body, string expected, string model = "gemini-2.5-flash")
    {
        var sent = GeminiTranslation.OfOpenAi(body, model).Request(out var refusal);
        Assert.Null(refusal);
        Assert.Equal(expected, sent);
    }
}

using System.Text.Json;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>Google's Gemini. It gives its calls no ids, and seals the first of them.</summary>
internal sealed class GeminiDialect : IDialectOut
{
    private FakeGemini _upstream = null!;

    public string Name => "gemini";

    public string Kind => Name;

    public string Model => "gemini-3-flash";

    public Uri BaseUrl => _upstream.BaseUrl;

    public bool KnowsFailedResults => true;

    public bool TellsOverload => false;

    public IReadOnlyCollection<string> Faults => _upstream.Faults;

    public async Task StartAsync(string secret) => _upstream = await FakeGemini.StartAsync(secret);

    public void Script(Reply reply, bool stream) => _upstream.ForModel(Model, reply.Trouble is { } trouble ? Failing(trouble, reply) : Saying(reply));

    public string? CallId(int call) => null;

    /// <summary>What is written to its cache is not counted by calls.</summary>
    public Tokens Tell(Tokens tokens) => tokens with { Input = tokens.Input + tokens.CacheWrite, CacheWrite = 0 };

    public Transcript Read(Guid attempt)
    {
        var request = _upstream.Requests.Single(request => request.AttemptId == attempt.ToString());
        var sent = request.Json!.Value;
        var config = GeminiWireRules.Get(sent, "generationConfig") ?? default;
        var read = new Transcript();
        if (GeminiWireRules.Get(sent, "systemInstruction") is { } system) read.System(string.Concat(GeminiWireRules.List(system, "parts").Select(part => part.GetProperty("text").GetString())));
        foreach (var content in GeminiWireRules.List(sent, "contents"))
        {
            foreach (var part in GeminiWireRules.List(content, "parts")) Read(read, JsonRules.Str(content, "role") == "model" ? "model" : "user", part);
        }

        foreach (var tool in GeminiWireRules.List(sent, "tools").SelectMany(tool => GeminiWireRules.List(tool, "functionDeclarations")))
        {
            var schema = GeminiWireRules.Get(tool, "parametersJsonSchema") ?? GeminiWireRules.Need(tool, "parameters");
            read.Tool(tool.GetProperty("name").GetString()!, JsonRules.Str(tool, "description"), schema.GetRawText());
        }

        read.Setting("must call", GeminiWireRules.Get(sent, "toolConfig")?.GetProperty("functionCallingConfig").GetProperty("mode").GetString() == "ANY" ? true : null);
        read.Schema(GeminiWireRules.Get(config, "responseJsonSchema")?.GetRawText());
        read.Setting("max output", JsonRules.Int(config, "maxOutputTokens"));
        read.Setting("temperature", JsonRules.Num(config, "temperature"));
        read.Setting("stop", GeminiWireRules.List(config, "stopSequences") is [var only] ? only.GetString() : null);
        read.Setting("stream", request.Verb == "streamGenerateContent" ? true : null);
        return read;
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static void Read(Transcript read, string role, JsonElement part)
    {
        if (JsonRules.Str(part, "text") is { } text) read.Words(role, text);
        else if (GeminiWireRules.Get(part, "inlineData") is { } inline) read.Picture(inline.GetProperty("mimeType").GetString()!, inline.GetProperty("data").GetString()!);
        else if (GeminiWireRules.Get(part, "fileData") is { } file) read.PictureAt(file.GetProperty("fileUri").GetString()!);
        else if (GeminiWireRules.Get(part, "functionCall") is { } call) read.Call(JsonRules.Str(call, "id"), call.GetProperty("name").GetString()!, call.GetProperty("args").GetRawText());
        else
        {
            var answer = part.GetProperty("functionResponse");
            var (result, failed) = answer.GetProperty("response") switch
            {
                var response when JsonRules.Str(response, "error") is { } error => (error, true),
                var response when JsonRules.Str(response, "output") is { } output => (output, false),
                var response => (response.GetRawText(), false),
            };
            read.Result(JsonRules.Str(answer, "id"), answer.GetProperty("name").GetString(), result, failed);
        }
    }

    private static FakeGeminiReply Saying(Reply reply) => new()
    {
        Parts =
        [
            .. reply.Text.Select(piece => $$"""{"text":{{JsonSerializer.Serialize(piece)}}}"""),
            .. reply.Calls.Select((call, index) => $$"""{"functionCall":{"name":"{{call.Name}}","args":{{call.Arguments}}}{{(index == 0 ? ",\"thoughtSignature\":\"c2VhbA==\"" : "")}}}"""),
        ],
        Finish = reply.Ending == Ending.Length ? "MAX_TOKENS" : "STOP",
        Metadata = FakeGeminiReply.Usage(reply.Tokens.AllInput, reply.Tokens.Output, reply.Tokens.CacheRead, reply.Tokens.Reasoning),
        PieceBytes = reply.PieceBytes,
    };

    private static FakeGeminiReply Failing(Trouble trouble, Reply reply) => trouble switch
    {
        Trouble.RateLimited => FakeGeminiReply.Exhausted(17),
        Trouble.Refused => FakeGeminiReply.Invalid("The input token count exceeds the maximum number of tokens allowed."),
        Trouble.NoSuchModel => FakeGeminiReply.Error(404, "NOT_FOUND", "models/gemini-3-flash is not found for API version v1beta"),
        Trouble.Credential => FakeGeminiReply.BadKey(),
        Trouble.NoCredit => FakeGeminiReply.Error(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
        Trouble.Overloaded => FakeGeminiReply.Error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", """[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]"""),
        Trouble.BrokenOff => Saying(reply) with { CutAfter = 2 },
    };
}

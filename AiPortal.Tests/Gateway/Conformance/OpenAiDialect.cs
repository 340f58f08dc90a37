using System.Text.Json;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Fixtures.OpenAi;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>OpenAI, or Azure with its own address, credential, errors and additions.</summary>
internal sealed class OpenAiDialect(bool azure) : IDialectOut
{
    private FakeOpenAi _upstream = null!;

    public string Name => azure ? "azure-openai" : "openai";

    public string Kind => Name;

    /// <summary>At Azure the name of a deployment.</summary>
    public string Model => azure ? "our-deployment" : "gpt-4.1";

    public Uri BaseUrl => _upstream.BaseUrl;

    public bool KnowsFailedResults => false;

    public bool TellsOverload => false;

    public IReadOnlyCollection<string> Faults => _upstream.Faults;

    public async Task StartAsync(string secret) => _upstream = await FakeOpenAi.StartAsync(secret, azure);

    public void Script(Reply reply, bool stream) => _upstream.ForModel(Model, reply.Trouble is { } trouble ? Failing(trouble, reply, stream) : Saying(reply));

    public string CallId(int call) => $"call_Fake{call}";

    public Tokens Tell(Tokens tokens) => tokens;

    public Transcript Read(Guid attempt)
    {
        var sent = _upstream.Requests.Single(request => request.AttemptId == attempt.ToString()).Json!.Value;
        var read = new Transcript();
        foreach (var message in sent.GetProperty("messages").EnumerateArray()) Read(read, message);
        foreach (var tool in JsonRules.Items(sent, "tools").Select(tool => tool.GetProperty("function")))
            read.Tool(tool.GetProperty("name").GetString()!, JsonRules.Str(tool, "description"), tool.GetProperty("parameters").GetRawText());
        read.Setting("must call", JsonRules.Str(sent, "tool_choice") == "required" ? true : null);
        read.Schema(JsonRules.Obj(sent, "response_format")?.GetProperty("json_schema").GetProperty("schema").GetRawText());
        read.Setting("max output", JsonRules.Int(sent, "max_completion_tokens"));
        read.Setting("temperature", JsonRules.Num(sent, "temperature"));
        read.Setting("stop", JsonRules.Str(sent, "stop") ?? (JsonRules.Items(sent, "stop") is [var only] ? only.GetString() : null));
        read.Setting("stream", JsonRules.Kind(sent, "stream") == JsonValueKind.True ? true : null);
        return read;
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static void Read(Transcript read, JsonElement message)
    {
        var role = message.GetProperty("role").GetString();
        if (role == "tool")
        {
            read.Result(message.GetProperty("tool_call_id").GetString(), null, Text(message), failed: false);
            return;
        }

        if (role is "system" or "developer") read.System(Text(message));
        else if (JsonRules.Str(message, "content") is { } text) read.Words(role == "user" ? "user" : "model", text);
        else foreach (var part in JsonRules.Items(message, "content")) ReadPart(read, role!, part);
        foreach (var call in JsonRules.Items(message, "tool_calls"))
            read.Call(call.GetProperty("id").GetString(), call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!);
    }

    private static void ReadPart(Transcript read, string role, JsonElement part)
    {
        if (JsonRules.Str(part, "text") is { } text)
        {
            read.Words(role == "user" ? "user" : "model", text);
            return;
        }

        var url = part.GetProperty("image_url").GetProperty("url").GetString()!;
        if (url.StartsWith("data:", StringComparison.Ordinal)) read.Picture(url["data:".Length..url.IndexOf(';', StringComparison.Ordinal)], url[(url.IndexOf(',', StringComparison.Ordinal) + 1)..]);
        else read.PictureAt(url);
    }

    private static string Text(JsonElement message) => JsonRules.Str(message, "content") ?? string.Concat(JsonRules.Items(message, "content").Select(part => part.GetProperty("text").GetString()));

    private FakeCompletion Saying(Reply reply)
    {
        var tokens = reply.Tokens;
        var answer = new FakeCompletion(azure).Text(reply.Text).InPiecesOf(reply.PieceBytes)
            .Counted(FakeUpstreamReply.Usage(tokens.AllInput, tokens.AllOutput, tokens.CacheRead, tokens.Reasoning, tokens.CacheWrite));
        for (var i = 0; i < reply.Calls.Count; i++) answer.Call(CallId(i), reply.Calls[i].Name, reply.Calls[i].Pieces);
        return reply.Ending == Ending.Length ? answer.Finish("length") : answer;
    }

    private FakeUpstreamReply Failing(Trouble trouble, Reply reply, bool stream) => trouble switch
    {
        Trouble.RateLimited => _upstream.Error(429, "Rate limit reached for requests", "requests", azure ? null : "rate_limit_exceeded", ("Retry-After", "17")),
        Trouble.Refused => _upstream.Error(400, "This model's maximum context length is 10 tokens.", "invalid_request_error", azure ? "BadRequest" : "context_length_exceeded"),
        Trouble.NoSuchModel => azure
            ? _upstream.Error(404, "The API deployment for this resource does not exist.", "invalid_request_error", "DeploymentNotFound")
            : _upstream.Error(404, "The model does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
        Trouble.Credential => _upstream.Error(401, "Incorrect API key provided: sk-upst***", "invalid_request_error", azure ? null : "invalid_api_key"),
        Trouble.NoCredit => _upstream.Error(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"),
        Trouble.Overloaded => _upstream.Error(503, "The engine is currently overloaded", "service_unavailable_error", azure ? null : "server_is_overloaded", ("Retry-After", "17")),
        Trouble.BrokenOff => stream ? Saying(reply).CutAfter(azure ? 4 : 3) : FakeUpstreamReply.PlainCutAfter(200),
    };
}

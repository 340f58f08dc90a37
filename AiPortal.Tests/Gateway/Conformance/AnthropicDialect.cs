using System.Text.Json;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Fixtures.Anthropic;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>Anthropic's messages.</summary>
internal sealed class AnthropicDialect : IDialectOut
{
    private FakeAnthropic _upstream = null!;

    public string Name => "anthropic";

    public string Kind => Name;

    public string Model => "claude-sonnet-4-5";

    public Uri BaseUrl => _upstream.BaseUrl;

    public bool KnowsFailedResults => true;

    public bool TellsOverload => true;

    public IReadOnlyCollection<string> Faults => _upstream.Faults;

    public async Task StartAsync(string secret) => _upstream = await FakeAnthropic.StartAsync(secret);

    public void Script(Reply reply, bool stream) => _upstream.ForModel(Model, reply.Trouble is { } trouble ? Failing(trouble, reply, stream) : Saying(reply));

    public string CallId(int call) => $"toolu_Fake{call}";

    public Tokens Tell(Tokens tokens) => tokens;

    public Transcript Read(Guid attempt)
    {
        var sent = _upstream.Requests.Single(request => request.AttemptId == attempt.ToString()).Json!.Value;
        var read = new Transcript();
        if (JsonRules.Str(sent, "system") is { } system) read.System(system);
        foreach (var block in JsonRules.Items(sent, "system")) read.System(block.GetProperty("text").GetString()!);
        foreach (var message in sent.GetProperty("messages").EnumerateArray())
        {
            var role = message.GetProperty("role").GetString() == "user" ? "user" : "model";
            if (JsonRules.Str(message, "content") is { } text) read.Words(role, text);
            foreach (var block in JsonRules.Items(message, "content")) Read(read, role, block);
        }

        foreach (var tool in JsonRules.Items(sent, "tools")) read.Tool(tool.GetProperty("name").GetString()!, JsonRules.Str(tool, "description"), tool.GetProperty("input_schema").GetRawText());
        read.Setting("must call", JsonRules.Obj(sent, "tool_choice") is { } choice && JsonRules.Str(choice, "type") == "any" ? true : null);
        read.Schema(JsonRules.Obj(sent, "output_config")?.GetProperty("format").GetProperty("schema").GetRawText());
        read.Setting("max output", JsonRules.Int(sent, "max_tokens"));
        read.Setting("temperature", JsonRules.Num(sent, "temperature"));
        read.Setting("stop", JsonRules.Items(sent, "stop_sequences") is [var only] ? only.GetString() : null);
        read.Setting("stream", JsonRules.Kind(sent, "stream") == JsonValueKind.True ? true : null);
        return read;
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static void Read(Transcript read, string role, JsonElement block)
    {
        switch (JsonRules.Str(block, "type"))
        {
            case "text": read.Words(role, block.GetProperty("text").GetString()!); break;
            case "image" when block.GetProperty("source") is var source:
                if (JsonRules.Str(source, "url") is { } url) read.PictureAt(url);
                else read.Picture(source.GetProperty("media_type").GetString()!, source.GetProperty("data").GetString()!);
                break;
            case "tool_use": read.Call(block.GetProperty("id").GetString(), block.GetProperty("name").GetString()!, block.GetProperty("input").GetRawText()); break;
            case "tool_result":
                var content = JsonRules.Str(block, "content") ?? string.Concat(JsonRules.Items(block, "content").Select(inner => inner.GetProperty("text").GetString()));
                read.Result(block.GetProperty("tool_use_id").GetString(), null, content, JsonRules.Kind(block, "is_error") == JsonValueKind.True);
                break;
            default: Assert.Fail($"Not meant: {block.GetRawText()}"); break;
        }
    }

    private FakeMessage Saying(Reply reply)
    {
        var tokens = reply.Tokens;
        var answer = new FakeMessage().InPiecesOf(reply.PieceBytes)
            .Usage(FakeMessage.UsageOf(tokens.Input, tokens.AllOutput, cacheRead: tokens.CacheRead, write5m: tokens.CacheWrite, thinking: tokens.Reasoning));
        if (reply.Text.Count > 0) answer.Text([.. reply.Text]);
        for (var i = 0; i < reply.Calls.Count; i++) answer.ToolUse(CallId(i), reply.Calls[i].Name, reply.Calls[i].Arguments == "{}" ? [] : reply.Calls[i].Pieces);
        return reply.Ending == Ending.Length ? answer.Stop("max_tokens") : answer;
    }

    private FakeUpstreamReply Failing(Trouble trouble, Reply reply, bool stream) => trouble switch
    {
        Trouble.RateLimited => FakeAnthropic.RateLimited(17),
        Trouble.Refused => FakeAnthropic.Error(400, "invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum"),
        Trouble.NoSuchModel => FakeAnthropic.Error(404, "not_found_error", "model: claude-sonnet-4-5"),
        Trouble.Credential => FakeAnthropic.Unauthorized(),
        Trouble.NoCredit => FakeAnthropic.Error(402, "billing_error", "Your credit balance is too low"),
        Trouble.Overloaded => FakeAnthropic.Error(529, "overloaded_error", "Overloaded", ("retry-after", "17")),
        Trouble.BrokenOff => stream ? Saying(reply).CutAfter(5) : FakeUpstreamReply.PlainCutAfter(200),
    };
}

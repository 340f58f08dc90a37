using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures.Anthropic;

/// <summary>A scripted answer of Anthropic's: given whole, or as events where the request asks for a stream.</summary>
public sealed class FakeMessage : FakeUpstreamReply
{
    private const string Caller = ",\"caller\":{\"type\":\"direct\"}}";

    private readonly List<(string Start, string Whole, string[] Deltas)> _blocks = [];
    private string _usage = UsageOf(100, 50);
    private string _firstUsage = UsageOf(100, 1);
    private string _stopReason = "end_turn";
    private string? _stopSequence;
    private int _pieceBytes = int.MaxValue;
    private int _cutAfter = int.MaxValue;
    private (int Before, string Frame)? _error;
    private (int Before, FakeUpstreamGate Gate)? _pause;

    /// <summary>A usage object: what was read from and written to the cache is outside <c>input_tokens</c>, thinking inside <c>output_tokens</c>.</summary>
    public static string UsageOf(long input, long output, long cacheRead = 0, long write5m = 0, long write1h = 0, long? thinking = null, string tier = "standard") =>
        "{" + $"\"input_tokens\":{input},\"cache_creation_input_tokens\":{write5m + write1h},\"cache_read_input_tokens\":{cacheRead},"
        + $"\"cache_creation\":{{\"ephemeral_5m_input_tokens\":{write5m},\"ephemeral_1h_input_tokens\":{write1h}}},\"output_tokens\":{output},"
        + (thinking is { } thought ? $"\"output_tokens_details\":{{\"thinking_tokens\":{thought}}}," : "") + $"\"service_tier\":{Quoted(tier)}" + "}";

    /// <summary>A text block whose pieces come one by one in a stream.</summary>
    public FakeMessage Text(params string[] pieces) => Block(
        """{"type":"text","text":""}""", $$"""{"type":"text","text":{{Quoted(string.Concat(pieces))}}}""",
        [.. pieces.Select(piece => $$"""{"type":"text_delta","text":{{Quoted(piece)}}}""")]);

    public FakeMessage Thinking(string text, string signature) => Block(
        """{"type":"thinking","thinking":"","signature":""}""", $$"""{"type":"thinking","thinking":{{Quoted(text)}},"signature":{{Quoted(signature)}}}""",
        [$$"""{"type":"thinking_delta","thinking":{{Quoted(text)}}}""", $$"""{"type":"signature_delta","signature":{{Quoted(signature)}}}"""]);

    public FakeMessage Redacted(string data) => Block($$"""{"type":"redacted_thinking","data":{{Quoted(data)}}}""", $$"""{"type":"redacted_thinking","data":{{Quoted(data)}}}""", []);

    /// <summary>A call of a tool; no pieces: one without arguments.</summary>
    public FakeMessage ToolUse(string id, string name, params string[] pieces) => Block(
        $$"""{"type":"tool_use","id":{{Quoted(id)}},"name":{{Quoted(name)}},"input":""" + "{}" + Caller,
        $$"""{"type":"tool_use","id":{{Quoted(id)}},"name":{{Quoted(name)}},"input":""" + (pieces.Length == 0 ? "{}" : string.Concat(pieces)) + Caller,
        [.. pieces.Prepend("").Select(piece => $$"""{"type":"input_json_delta","partial_json":{{Quoted(piece)}}}""")]).Stop("tool_use");

    public FakeMessage Stop(string reason, string? sequence = null)
    {
        (_stopReason, _stopSequence) = (reason, sequence);
        return this;
    }

    /// <param name="first">What <c>message_start</c> has; by itself the same with one token of output.</param>
    public FakeMessage Usage(string usage, string? first = null)
    {
        (_usage, _firstUsage) = (usage, first ?? System.Text.RegularExpressions.Regex.Replace(usage, "\"output_tokens\":\\d+", "\"output_tokens\":1"));
        return this;
    }

    /// <summary>Flushes every so many bytes, in the midst of events and characters.</summary>
    public FakeMessage InPiecesOf(int bytes)
    {
        _pieceBytes = bytes;
        return this;
    }

    /// <summary>Closes the connection once this many events are on their way.</summary>
    public FakeMessage CutAfter(int events)
    {
        _cutAfter = events;
        return this;
    }

    /// <summary>An error event before this one, and then the end.</summary>
    public FakeMessage ErrorBefore(int events, string type, string message)
    {
        _error = (events, $$"""{"type":"error","error":{"type":{{Quoted(type)}},"message":{{Quoted(message)}}},"request_id":"req_fake"}""");
        return this;
    }

    /// <summary>Waits before this event until the gate opens.</summary>
    public FakeMessage PauseBefore(int events, FakeUpstreamGate gate)
    {
        _pause = (events, gate);
        return this;
    }

    /// <summary>The whole answer as JSON.</summary>
    public string Whole(string model) => "{" + Head(model) + ",\"content\":[" + string.Join(',', _blocks.Select(block => block.Whole))
        + $"],\"stop_reason\":{Quoted(_stopReason)},\"stop_sequence\":{Quoted(_stopSequence)},\"usage\":{_usage}}}";

    /// <summary>The events of the stream.</summary>
    public IReadOnlyList<string> Events(string model)
    {
        var events = new List<string>
        {
            Event("message_start", "\"message\":{" + Head(model) + $",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{_firstUsage}}}"),
        };
        for (var i = 0; i < _blocks.Count; i++)
        {
            events.Add(Event("content_block_start", $"\"index\":{i},\"content_block\":{_blocks[i].Start}"));
            if (i == 0) events.Add(Event("ping", null));
            foreach (var delta in _blocks[i].Deltas) events.Add(Event("content_block_delta", $"\"index\":{i},\"delta\":{delta}"));
            events.Add(Event("content_block_stop", $"\"index\":{i}"));
        }

        events.Add(Event("message_delta", $"\"delta\":{{\"stop_reason\":{Quoted(_stopReason)},\"stop_sequence\":{Quoted(_stopSequence)}}},\"usage\":{_usage}"));
        events.Add(Event("message_stop", null));
        return events;
    }

    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        context.Response.Headers["request-id"] = "req_fake";
        if (!request.Stream)
        {
            await Json(200, Whole(request.Model!), ("request-id", "req_fake")).AnswerAsync(context, request);
            return;
        }

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        var events = Events(request.Model!);
        for (var i = 0; i < events.Count; i++)
        {
            if (_pause is { } pause && pause.Before == i) await pause.Gate.PassAsync(context.RequestAborted);
            if (_error is { } error && error.Before == i)
            {
                await WriteAsync(context, $"event: error\ndata: {error.Frame}\n\n");
                return;
            }

            if (i >= _cutAfter) throw new IOException("cut as the script says");
            await WriteAsync(context, events[i]);
        }
    }

    private static string Head(string model) => $"\"id\":\"msg_fake\",\"type\":\"message\",\"role\":\"assistant\",\"model\":{Quoted(model)}";

    private static string Event(string name, string? members) => $"event: {name}\ndata: {{\"type\":\"{name}\"{(members is null ? "" : "," + members)}}}\n\n";

    private FakeMessage Block(string start, string whole, string[] deltas)
    {
        _blocks.Add((start, whole, deltas));
        return this;
    }

    private async Task WriteAsync(HttpContext context, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < bytes.Length; at += Math.Min(_pieceBytes, bytes.Length - at))
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(_pieceBytes, bytes.Length - at)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}

using System.Text;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures;

/// <summary>A scripted event stream. Frames count from 0: the role, one per delta, the finish reason, the usage chunk where it was asked for, the end marker.</summary>
public sealed class FakeUpstreamStream(IReadOnlyList<string> deltas) : FakeUpstreamReply
{
    private readonly Dictionary<int, FakeUpstreamGate> _gates = [];
    private readonly Dictionary<int, string> _extra = [];
    private string? _usage = Usage(100, 50);
    private string? _serviceTier;
    private string? _reasoning;
    private string _finishReason = "stop";
    private int _cutAfter = int.MaxValue;
    private int _pieceBytes = int.MaxValue;
    private bool _usageUnasked;
    private bool _usageInLastChunk;
    private bool _returns;
    private bool _endMarker = true;

    /// <summary>Sent in a chunk of its own, when the request asked for it as OpenAI wants it asked.</summary>
    public FakeUpstreamStream WithUsage(string usage) => With(() => _usage = usage);

    public FakeUpstreamStream WithoutUsage() => With(() => _usage = null);

    /// <summary>Sends the usage chunk also to those who did not ask.</summary>
    public FakeUpstreamStream UsageUnasked() => With(() => _usageUnasked = true);

    /// <summary>Puts the usage into the chunk with the finish reason, as several vendors do.</summary>
    public FakeUpstreamStream UsageInLastChunk() => With(() => _usageInLastChunk = true);

    public FakeUpstreamStream ServiceTier(string tier) => With(() => _serviceTier = tier);

    /// <summary>Begins with a <c>reasoning_content</c> delta, in the frame of the role.</summary>
    public FakeUpstreamStream Reasoning(string text) => With(() => _reasoning = text);

    public FakeUpstreamStream FinishReason(string reason) => With(() => _finishReason = reason);

    /// <summary>Waits before this frame until the gate opens.</summary>
    public FakeUpstreamStream PauseBefore(int frame, FakeUpstreamGate gate) => With(() => _gates[frame] = gate);

    /// <summary>Closes the connection once this many frames are on their way.</summary>
    public FakeUpstreamStream CutAfter(int frames) => With(() => _cutAfter = frames);

    /// <summary>Writes raw bytes before this frame: a comment, an error event, junk.</summary>
    public FakeUpstreamStream Insert(int beforeFrame, string raw) => With(() => _extra[beforeFrame] = raw);

    /// <summary>An error event before this frame, and then the end without a marker.</summary>
    public FakeUpstreamStream ErrorBefore(int frame, string message) => With(() =>
    {
        _extra[frame] = "data: {\"error\":{\"message\":" + Quoted(message) + ",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n";
        _cutAfter = frame;
    });

    /// <summary>Flushes every so many bytes, in the midst of frames and characters.</summary>
    public FakeUpstreamStream InPiecesOf(int bytes) => With(() => _pieceBytes = bytes);

    public FakeUpstreamStream WithCarriageReturns() => With(() => _returns = true);

    public FakeUpstreamStream WithoutEndMarker() => With(() => _endMarker = false);

    /// <summary>The frames that a request with these wishes gets, as text.</summary>
    public IReadOnlyList<string> Frames(string model, bool withUsage)
    {
        var frames = new List<string> { Chunk(model, "{\"role\":\"assistant\",\"content\":\"\"" + (_reasoning is null ? "" : ",\"reasoning_content\":" + Quoted(_reasoning)) + "}", null, withUsage) };
        frames.AddRange(deltas.Select(delta => Chunk(model, "{\"content\":" + Quoted(delta) + "}", null, withUsage)));
        frames.Add(Chunk(model, "{}", _finishReason, withUsage));
        if (_usage is not null && !_usageInLastChunk && withUsage) frames.Add("data: {" + Common(model) + ",\"choices\":[],\"usage\":" + _usage + "}\n\n");
        if (_endMarker) frames.Add("data: [DONE]\n\n");
        return _returns ? [.. frames.Select(frame => frame.Replace("\n", "\r\n", StringComparison.Ordinal))] : frames;
    }

    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        var frames = Frames(request.Model ?? "none", request.AskedForUsage || _usageUnasked);
        for (var frame = 0; frame <= frames.Count; frame++)
        {
            if (_gates.TryGetValue(frame, out var gate)) await gate.PassAsync(context.RequestAborted);
            if (_extra.TryGetValue(frame, out var raw)) await WriteAsync(context, raw);
            if (frame >= _cutAfter) throw new IOException("cut as the script says");
            if (frame < frames.Count) await WriteAsync(context, frames[frame]);
        }
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

    private string Chunk(string model, string delta, string? finishReason, bool withUsage)
    {
        var usage = finishReason is not null && _usageInLastChunk && _usage is not null ? ",\"usage\":" + _usage : withUsage ? ",\"usage\":null" : "";
        return "data: {" + Common(model) + ",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + Quoted(finishReason) + "}]" + usage + "}\n\n";
    }

    private string Common(string model) =>
        "\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":" + Quoted(model)
        + (_serviceTier is null ? "" : ",\"service_tier\":" + Quoted(_serviceTier));

    private FakeUpstreamStream With(Action change)
    {
        change();
        return this;
    }
}

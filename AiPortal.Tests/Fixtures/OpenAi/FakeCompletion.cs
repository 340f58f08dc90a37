using System.Text;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures.OpenAi;

/// <summary>A scripted chat completion: given whole, or in chunks where the request asks for a stream.</summary>
/// <param name="azure">With what Azure puts in besides: the results of its filters, also in a first chunk without choices.</param>
public sealed class FakeCompletion(bool azure = false) : FakeUpstreamReply
{
    private const string Filtered = """{"hate":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}""";

    private readonly List<string> _pieces = [];
    private readonly List<(string Id, string Name, string[] Pieces)> _calls = [];
    private string _finish = "stop";
    private string _usage = Usage(100, 50);
    private int _cutAfter = int.MaxValue;
    private int _pieceBytes = int.MaxValue;

    /// <summary>Text whose pieces come one by one in a stream.</summary>
    public FakeCompletion Text(params IEnumerable<string> pieces)
    {
        _pieces.AddRange(pieces);
        return this;
    }

    /// <summary>A call of a tool; the pieces are its arguments' text.</summary>
    public FakeCompletion Call(string id, string name, params string[] pieces)
    {
        _calls.Add((id, name, pieces));
        return Finish("tool_calls");
    }

    public FakeCompletion Finish(string reason)
    {
        _finish = reason;
        return this;
    }

    /// <param name="usage">See <see cref="FakeUpstreamReply.Usage"/>.</param>
    public FakeCompletion Counted(string usage)
    {
        _usage = usage;
        return this;
    }

    /// <summary>Closes the connection once this many chunks are on their way.</summary>
    public FakeCompletion CutAfter(int chunks)
    {
        _cutAfter = chunks;
        return this;
    }

    /// <summary>Flushes every so many bytes, in the midst of chunks and characters.</summary>
    public FakeCompletion InPiecesOf(int bytes)
    {
        _pieceBytes = bytes;
        return this;
    }

    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        if (!request.Stream)
        {
            await Json(200, Whole(request.Model!), ("x-request-id", "req_fake")).AnswerAsync(context, request);
            return;
        }

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        var frames = Frames(request.Model!, request.AskedForUsage);
        for (var i = 0; i < frames.Count; i++)
        {
            if (i >= _cutAfter) throw new IOException("cut as the script says");
            await WriteAsync(context, "data: " + frames[i] + "\n\n");
        }
    }

    private string Whole(string model) =>
        "{" + Head("chat.completion", model) + (azure ? $",\"prompt_filter_results\":[{{\"prompt_index\":0,\"content_filter_results\":{Filtered}}}]" : "")
        + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":" + Quoted(_pieces.Count == 0 ? null : string.Concat(_pieces)) + ",\"refusal\":null,\"annotations\":[]"
        + (_calls.Count == 0 ? "" : ",\"tool_calls\":[" + string.Join(',', _calls.Select(call => "{" + Call(call.Id, call.Name, string.Concat(call.Pieces)) + "}")) + "]")
        + "},\"logprobs\":null,\"finish_reason\":" + Quoted(_finish) + (azure ? ",\"content_filter_results\":" + Filtered : "")
        + "}],\"usage\":" + _usage + ",\"service_tier\":\"default\",\"system_fingerprint\":null}";

    private List<string> Frames(string model, bool withUsage)
    {
        var frames = new List<string>();
        if (azure) frames.Add("{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":" + Filtered + "}]}");
        frames.Add(Chunk("{\"role\":\"assistant\",\"content\":" + (_calls.Count == 0 ? "\"\"" : "null") + ",\"refusal\":null}", null));
        frames.AddRange(_pieces.Select(piece => Chunk("{\"content\":" + Quoted(piece) + "}", null)));
        for (var i = 0; i < _calls.Count; i++)
        {
            frames.Add(Chunk($"{{\"tool_calls\":[{{\"index\":{i},{Call(_calls[i].Id, _calls[i].Name, "")}}}]}}", null));
            foreach (var piece in _calls[i].Pieces)
                frames.Add(Chunk($"{{\"tool_calls\":[{{\"index\":{i},\"function\":{{\"arguments\":{Quoted(piece)}}}}}]}}", null));
        }

        frames.Add(Chunk("{}", _finish));
        if (withUsage) frames.Add("{" + Head("chat.completion.chunk", model) + ",\"choices\":[],\"usage\":" + _usage + "}");
        frames.Add("[DONE]");
        return frames;

        string Chunk(string delta, string? finish) => "{" + Head("chat.completion.chunk", model) + ",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + Quoted(finish)
            + (azure ? ",\"content_filter_results\":{}" : "") + "}]" + (withUsage ? ",\"usage\":null" : "") + ",\"obfuscation\":\"x1\"}";
    }

    private static string Head(string kind, string model) => $"\"id\":\"chatcmpl-fake\",\"object\":\"{kind}\",\"created\":1760000000,\"model\":{Quoted(model)}";

    private static string Call(string id, string name, string arguments) =>
        $"\"id\":{Quoted(id)},\"type\":\"function\",\"function\":{{\"name\":{Quoted(name)},\"arguments\":{Quoted(arguments)}}}";

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

using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures;

/// <summary>What the fake Google does with one request; scripts may be given to many. An answer's parts stand whole in a plain one, each in a frame of its own in a stream.</summary>
public sealed record FakeGeminiReply
{
    private string? _body;
    private int _status = 200;

    /// <summary>JSON of each part.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    public string? Finish { get; init; } = "STOP";

    /// <summary>JSON of <c>usageMetadata</c>; null: none.</summary>
    public string? Metadata { get; init; } = Usage(100, 50);

    /// <summary>A prompt that was refused: then there are no candidates.</summary>
    public string? Blocked { get; init; }

    /// <summary>How many candidates, all alike.</summary>
    public int Candidates { get; init; } = 1;

    /// <summary>Closes the connection once this many frames are on their way.</summary>
    public int CutAfter { get; init; } = int.MaxValue;

    /// <summary>Flushes every so many bytes, in the midst of frames and characters.</summary>
    public int PieceBytes { get; init; } = int.MaxValue;

    public static FakeGeminiReply Text(params string[] pieces) => new() { Parts = [.. pieces.Select(piece => $$"""{"text":{{JsonSerializer.Serialize(piece)}}}""")] };

    public static FakeGeminiReply Of(params string[] parts) => new() { Parts = parts };

    /// <summary>As Google counts: cached inside prompt, thoughts beside candidates.</summary>
    public static string Usage(long prompt, long candidates, long cached = 0, long thoughts = 0) => "{" + string.Join(',', new[]
    {
        $"\"promptTokenCount\":{prompt}",
        cached > 0 ? $"\"cachedContentTokenCount\":{cached}" : null,
        $"\"candidatesTokenCount\":{candidates}",
        thoughts > 0 ? $"\"thoughtsTokenCount\":{thoughts}" : null,
        $"\"totalTokenCount\":{prompt + candidates + thoughts}",
        $$"""
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":{{prompt}}}]
        """,
    }.Where(member => member is not null)) + "}";

    public static FakeGeminiReply Raw(int status, string body) => new() { _status = status, _body = body };

    public static FakeGeminiReply Error(int status, string word, string message, string details = "[]") =>
        Raw(status, "{\"error\":" + $$"""{"code":{{status}},"message":{{JsonSerializer.Serialize(message)}},"status":"{{word}}","details":{{details}} }""" + "}");

    public static FakeGeminiReply Invalid(string message) => Error(400, "INVALID_ARGUMENT", message);

    public static FakeGeminiReply BadKey() => Error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
        """[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]""");

    /// <summary>A quota that says when to come again, in the body alone.</summary>
    public static FakeGeminiReply Exhausted(int seconds) => Error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.",
        $$"""[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinute"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{seconds}}s"}]""");

    internal async Task AnswerAsync(HttpContext context, FakeGeminiRequest request)
    {
        var streamed = request.Verb == "streamGenerateContent" && _body is null;
        context.Response.StatusCode = _status;
        context.Response.ContentType = streamed ? "text/event-stream" : "application/json; charset=UTF-8";
        var bytes = Encoding.UTF8.GetBytes(streamed ? string.Concat(Frames(request.Model!).Take(CutAfter).Select(frame => "data: " + frame + "\r\n\r\n")) : _body ?? Whole(request.Model!));
        // A plain answer breaks off in its midst.
        if (!streamed && CutAfter != int.MaxValue) bytes = bytes[..(bytes.Length / 2)];
        for (var at = 0; at < bytes.Length; at += PieceBytes == int.MaxValue ? bytes.Length : PieceBytes)
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(PieceBytes, bytes.Length - at)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        if (CutAfter != int.MaxValue) throw new IOException("cut as the script says");
    }

    /// <summary>The answer to <c>generateContent</c>.</summary>
    public string Whole(string model) => Body(model, Parts, Finish, last: true);

    /// <summary>The frames' data of an answer to <c>streamGenerateContent</c>.</summary>
    public IEnumerable<string> Frames(string model)
    {
        for (var i = 0; i < Parts.Count - 1; i++) yield return Body(model, [Parts[i]], null, last: false);
        yield return Body(model, Parts.Count > 0 ? [Parts[^1]] : [], Finish, last: true);
    }

    private string Body(string model, IReadOnlyList<string> parts, string? finish, bool last)
    {
        var members = new List<string>();
        if (Blocked is { } reason) members.Add($$"""
            "promptFeedback":{"blockReason":"{{reason}}"}
            """);
        else members.Add("\"candidates\":[" + string.Join(',', Enumerable.Range(0, Candidates).Select(index => Candidate(index, parts, finish))) + "]");
        if (last && Metadata is { } metadata) members.Add("\"usageMetadata\":" + metadata);
        members.Add("\"modelVersion\":" + JsonSerializer.Serialize(model));
        members.Add("\"responseId\":\"fake-response\"");
        return "{" + string.Join(',', members) + "}";
    }

    private static string Candidate(int index, IReadOnlyList<string> parts, string? finish) =>
        $$"""{"content":{"parts":[{{string.Join(',', parts)}}],"role":"model"}""" + (finish is null ? "" : $",\"finishReason\":\"{finish}\"") + $",\"index\":{index}" + "}";
}

using System.Text.Json;

namespace AiPortal.Tests.Fixtures;

/// <summary>One request as the fake provider saw it: the witness outside the portal.</summary>
public sealed class FakeUpstreamRequest
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal FakeUpstreamRequest(string method, string path, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        (Method, Path, Headers, Body) = (method, path, headers, body);
        try
        {
            using var json = JsonDocument.Parse(body);
            Json = json.RootElement.Clone();
        }
        catch (JsonException)
        {
            Json = null;
        }
    }

    public string Method { get; }

    public string Path { get; }

    /// <summary>With its question mark; empty where there is none.</summary>
    public string Query { get; init; } = "";

    /// <summary>By name, in any letter case; several values joined by a comma.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    public byte[] Body { get; }

    /// <summary>The body, or null when it is not JSON.</summary>
    public JsonElement? Json { get; }

    public string? AttemptId => Header("X-Attempt-Id");

    public string? Authorization => Header("Authorization");

    /// <summary>The fields and files of a form.</summary>
    public IReadOnlyDictionary<string, byte[]> Form { get; init; } = new Dictionary<string, byte[]>();

    public string? Model => Member("model") is { ValueKind: JsonValueKind.String } model ? model.GetString()
        : Form.TryGetValue("model", out var named) ? System.Text.Encoding.UTF8.GetString(named) : null;

    public bool Stream => Member("stream") is { ValueKind: JsonValueKind.True };

    public bool AskedForUsage =>
        Member("stream_options") is { ValueKind: JsonValueKind.Object } options
        && options.TryGetProperty("include_usage", out var asked) && asked.ValueKind == JsonValueKind.True;

    /// <summary>Ends when the provider is done with the request, whatever became of it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends when the other side closed the connection before the answer was whole.</summary>
    public Task Aborted => _aborted.Task;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public JsonElement? Member(string name) =>
        Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var value) ? value : null;

    internal void NoteEnd() => _ended.TrySetResult();

    internal void NoteAbort() => _aborted.TrySetResult();
}

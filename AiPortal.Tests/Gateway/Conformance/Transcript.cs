using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>A request in lines that every dialect can be read into, so that what was meant and what was sent can be compared.</summary>
public sealed class Transcript
{
    private readonly List<string> _lines = [];
    private readonly List<(string? Id, string Name)> _calls = [];
    private readonly HashSet<int> _answered = [];
    private string? _speaker;

    public IReadOnlyList<string> Lines => _lines;

    public void System(string text) => Add("system: " + text);

    /// <summary>Pieces that follow each other are one.</summary>
    /// <param name="role"><c>user</c> or <c>model</c>.</param>
    public void Words(string role, string text)
    {
        if (_speaker == role) _lines[^1] += text;
        else _lines.Add($"{role}: {text}");
        _speaker = role;
    }

    public void Picture(string mediaType, string base64) => Add($"user: picture {mediaType} {base64}");

    public void PictureAt(string url) => Add("user: picture at " + url);

    public void Call(string? id, string name, string arguments)
    {
        Add($"model: call {_calls.Count} {name} {Canonical(arguments)}");
        _calls.Add((id, name));
    }

    /// <param name="id">Null where the dialect gives none: then the first open call of the name is meant.</param>
    public void Result(string? id, string? name, string text, bool failed)
    {
        var place = Enumerable.Range(0, _calls.Count).First(call => !_answered.Contains(call) && (id is null ? _calls[call].Name == name : _calls[call].Id == id));
        _answered.Add(place);
        Add($"user: result {place}{(failed ? " failed" : "")} {Plain(text)}");
    }

    public void Tool(string name, string? description, string schema) => Add($"tool: {name}, {description}, {Canonical(schema)}");

    public void Setting(string name, object? value)
    {
        if (value is not null) Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {value}"));
    }

    public void Schema(string? schema)
    {
        if (schema is not null) Add("schema: " + Canonical(schema));
    }

    /// <summary>What the last of these steps means to ask, with all that was said before it.</summary>
    /// <param name="failures">Both sides have a word for a tool that failed.</param>
    public static Transcript Of(IReadOnlyList<(Ask Ask, Reply Reply)> steps, bool failures, bool stream)
    {
        var meant = new Transcript();
        var (asked, calls) = (steps[^1].Ask, 0);
        if (steps[0].Ask.System is { } system) meant.System(system);
        for (var i = 0; i < steps.Count; i++)
        {
            var before = calls;
            foreach (var result in steps[i].Ask.Results) meant.Result($"{i - 1}.{result.Call}", null, result.Text, result.Failed && failures);
            foreach (var piece in steps[i].Ask.Said)
            {
                if (piece is Words words) meant.Words("user", words.Text);
                else if (piece is Picture picture) meant.Picture(picture.MediaType, picture.Base64);
                else meant.PictureAt(((PictureAt)piece).Url);
            }

            if (i == steps.Count - 1) break;
            if (steps[i].Reply.Text.Count > 0) meant.Words("model", string.Concat(steps[i].Reply.Text));
            foreach (var call in steps[i].Reply.Calls) meant.Call($"{i}.{calls++ - before}", call.Name, call.Arguments);
        }

        foreach (var tool in asked.Tools) meant.Tool(tool.Name, tool.Description, tool.Schema);
        meant.Setting("must call", asked.MustCall ? true : null);
        meant.Schema(asked.Schema);
        meant.Setting("max output", asked.MaxOutput);
        meant.Setting("temperature", asked.Temperature);
        meant.Setting("stop", asked.Stop);
        meant.Setting("stream", stream ? true : null);
        return meant;
    }

    /// <summary>JSON without spaces, members in order of their names, Google's capital types as JSON schema has them.</summary>
    public static string Canonical(string json) => Sorted(JsonNode.Parse(json))?.ToJsonString() ?? "null";

    private void Add(string line)
    {
        _lines.Add(line);
        _speaker = null;
    }

    /// <summary>A result that is JSON compares as JSON.</summary>
    private static string Plain(string text) => text.StartsWith('{') ? Canonical(text) : text;

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Value(member.Key, member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Value(string name, JsonNode? value) =>
        name == "type" && value?.GetValueKind() == JsonValueKind.String ? JsonValue.Create(value.GetValue<string>().ToLowerInvariant()) : Sorted(value);
}

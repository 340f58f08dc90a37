using System.Text;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>One item of an output, as far as it has come.</summary>
/// <param name="id">The item's own id.</param>
/// <param name="index">Its place in the output.</param>
internal abstract class OutputItem(string id, int index)
{
    public string Id { get; } = id;

    public int Index { get; } = index;

    public bool IsDone { get; set; }

    /// <summary>The whole object.</summary>
    /// <param name="json">Where a value may be written.</param>
    /// <param name="begun">As it is when it is added: with nothing in it.</param>
    public void Write(Utf8JsonWriter json, bool begun = false)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        WriteMembers(json, begun);
        json.WriteEndObject();
    }

    protected abstract void WriteMembers(Utf8JsonWriter json, bool begun);

    protected static void WriteStatus(Utf8JsonWriter json, bool begun) => json.WriteString("status"u8, begun ? "in_progress"u8 : "completed"u8);
}

internal sealed class MessageItem(string id, int index) : OutputItem(id, index)
{
    public List<(bool IsRefusal, StringBuilder Text)> Parts { get; } = [];

    public static void WritePart(Utf8JsonWriter json, bool isRefusal, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, isRefusal ? "refusal"u8 : "output_text"u8);
        json.WriteString(isRefusal ? "refusal"u8 : "text"u8, text);
        if (!isRefusal)
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    protected override void WriteMembers(Utf8JsonWriter json, bool begun)
    {
        json.WriteString("type"u8, "message"u8);
        WriteStatus(json, begun);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (!begun)
        {
            foreach (var (isRefusal, text) in Parts) WritePart(json, isRefusal, text.ToString());
        }

        json.WriteEndArray();
    }
}

internal sealed class ReasoningItem(string id, int index) : OutputItem(id, index)
{
    public StringBuilder Text { get; } = new();

    public ReasoningSeal Seal { get; set; }

    public static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    protected override void WriteMembers(Utf8JsonWriter json, bool begun)
    {
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        if (!begun && Text.Length > 0) WritePart(json, Text.ToString());
        json.WriteEndArray();
        if (!begun && Seal.ToString() is { } seal) json.WriteString("encrypted_content"u8, seal);
    }
}

internal sealed class CallItem(string id, int index, string callId, string name, string? signature) : OutputItem(id, index)
{
    public StringBuilder Arguments { get; } = new();

    /// <summary>JSON; a call without arguments has an empty object.</summary>
    public string Json => Arguments.Length == 0 ? "{}" : Arguments.ToString();

    public string Name => name;

    protected override void WriteMembers(Utf8JsonWriter json, bool begun)
    {
        json.WriteString("type"u8, "function_call"u8);
        WriteStatus(json, begun);
        json.WriteString("call_id"u8, callId);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, begun ? "" : Json);
        if (signature is null) return;
        // Where Google's own OpenAI-compatible interface has it.
        json.WriteStartObject("extra_content"u8);
        json.WriteStartObject("google"u8);
        json.WriteString("thought_signature"u8, signature);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

internal sealed class ImageItem(string id, int index, string data) : OutputItem(id, index)
{
    protected override void WriteMembers(Utf8JsonWriter json, bool begun)
    {
        json.WriteString("type"u8, "image_generation_call"u8);
        WriteStatus(json, begun);
        if (begun) json.WriteNull("result"u8);
        else json.WriteString("result"u8, data);
    }
}

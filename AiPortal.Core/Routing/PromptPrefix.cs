using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Routing;

/// <summary>
/// A number for the beginning of a prompt, the same on every node and in every turn of a conversation: the tools, the system's words and
/// the messages up to the first that is not the system's, of each the first four kilobytes (what vendors cache begins at about so much).
/// </summary>
public static class PromptPrefix
{
    internal const ulong Start = 14695981039346656037;
    private const ulong Prime = 1099511628211;
    private const int MostBytes = 4096;

    /// <summary>Reads <c>{"system":"…","messages":[{"role":"system","content":"…"},{"role":"user",…}]}</c>, and the names of other dialects. Never throws.</summary>
    public static ulong Hash(in ReadOnlySequence<byte> body)
    {
        ulong system = 0, messages = 0, tools = 0;
        try
        {
            var json = new Utf8JsonReader(body);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return Whole(body);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isSystem, isList, isTools) = (
                    json.ValueTextEquals("system"u8) || json.ValueTextEquals("instructions"u8) || json.ValueTextEquals("systemInstruction"u8) || json.ValueTextEquals("system_instruction"u8),
                    json.ValueTextEquals("messages"u8) || json.ValueTextEquals("contents"u8) || json.ValueTextEquals("input"u8) || json.ValueTextEquals("prompt"u8),
                    json.ValueTextEquals("tools"u8));
                json.Read();
                if (isSystem) system = Value(ref json, body, Start);
                else if (isTools) tools = Value(ref json, body, Start);
                else if (isList) messages = json.TokenType == JsonTokenType.StartArray ? FirstMessages(ref json, body) : Value(ref json, body, Start);
                else json.Skip();
            }
        }
        catch (JsonException)
        {
            return Whole(body);
        }

        return (tools * 31) ^ (system * 17) ^ messages;
    }

    internal static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes) hash = (hash ^ one) * Prime;
        return hash;
    }

    private static ulong FirstMessages(ref Utf8JsonReader json, in ReadOnlySequence<byte> body)
    {
        var (hash, done) = (Start, false);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (done)
            {
                json.Skip();
                continue;
            }

            var peek = json;
            done = !IsSystems(ref peek);
            hash = Value(ref json, body, hash);
        }

        return hash;
    }

    private static bool IsSystems(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) return false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var role = json.ValueTextEquals("role"u8);
            json.Read();
            if (role) return json.TokenType == JsonTokenType.String && (json.ValueTextEquals("system"u8) || json.ValueTextEquals("developer"u8));
            json.Skip();
        }

        return false;
    }

    private static ulong Value(ref Utf8JsonReader json, in ReadOnlySequence<byte> body, ulong hash)
    {
        var start = json.TokenStartIndex;
        json.Skip();
        return Bytes(body.Slice(start, Math.Min(json.BytesConsumed - start, MostBytes)), hash);
    }

    private static ulong Whole(in ReadOnlySequence<byte> body) => Bytes(body.Slice(0, Math.Min(body.Length, MostBytes)), Start);

    private static ulong Bytes(in ReadOnlySequence<byte> bytes, ulong hash)
    {
        foreach (var part in bytes) hash = Add(hash, part.Span);
        return hash;
    }
}

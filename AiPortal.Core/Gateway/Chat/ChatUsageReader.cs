using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Reads usage and outcome from a plain answer in one pass over its segments; also the error of a refusal's body.</summary>
public static class ChatUsageReader
{
    private const int MaxMessage = 2048;

    /// <summary>What the body shows. A body that breaks off or is no JSON is not an exception: <see cref="AnswerObservation.Unreadable"/> is then 1, and what came before the fault is kept.</summary>
    public static AnswerObservation Read(in ReadOnlySequence<byte> body)
    {
        var seen = new AnswerObservation();
        var reader = new Utf8JsonReader(body);
        try
        {
            ChatPayload.Read(ref reader, seen);
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            seen.Unreadable = 1;
        }

        return seen;
    }

    /// <summary>The same for the body of a refusal, where some vendors have no <c>error</c>: <c>{"message":"…","code":400}</c> (vLLM, Cohere) or <c>{"detail":[…]}</c> (Mistral).</summary>
    public static AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body)
    {
        var seen = Read(body);
        if (seen.Error is not null || seen.Unreadable > 0) return seen;
        using var document = JsonDocument.Parse(body);
        try
        {
            seen.Error = Bare(document.RootElement);
        }
        // Half of a surrogate pair.
        catch (InvalidOperationException)
        {
            seen.Unreadable = 1;
        }

        return seen;
    }

    private static UpstreamErrorText? Bare(JsonElement said)
    {
        if ((said.Member("message") ?? said.Member("detail")) is not { } message) return null;
        var text = message.ValueKind == JsonValueKind.String ? message.GetString()! : message.GetRawText();
        var code = said.Member("code") is { } given ? given.ValueKind == JsonValueKind.String ? given.GetString() : given.GetRawText() : null;
        return new UpstreamErrorText(text.Length <= MaxMessage ? text : text[..MaxMessage], said.Text("type"), code, said.Text("param"));
    }
}

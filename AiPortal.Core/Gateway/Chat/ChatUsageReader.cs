using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Reads usage and outcome from a plain answer in one pass over its segments; also the error of a refusal's body.</summary>
public static class ChatUsageReader
{
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
}

using System.Text.Json;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>Reads one answer of a provider's dialect. Members of an unexpected type count as absent; nothing throws for any JSON.</summary>
public interface IAnswerReader
{
    /// <summary>The provider brought its answer to an end by its dialect's own sign, so that a stream that broke off does not look whole.</summary>
    bool IsComplete { get; }

    /// <summary>A plain answer, or the body of a refusal.</summary>
    void ReadWhole(JsonElement body, ICollection<AnswerEvent> events);

    /// <summary>One frame of a stream.</summary>
    /// <param name="name">Its <c>event:</c>, if any.</param>
    void ReadFrame(string? name, JsonElement data, ICollection<AnswerEvent> events);

    /// <summary>A frame whose data is no JSON, such as OpenAI's <c>[DONE]</c>; false when it means nothing in this dialect.</summary>
    bool ReadMarker(ReadOnlySpan<byte> data) => false;
}

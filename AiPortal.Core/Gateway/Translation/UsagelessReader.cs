using System.Text.Json;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>Reads answers of providers whose figures are made up: the figures do not count.</summary>
internal sealed class UsagelessReader(IAnswerReader reader) : IAnswerReader
{
    public bool IsComplete => reader.IsComplete;

    public bool ReadMarker(ReadOnlySpan<byte> data) => reader.ReadMarker(data);

    public void ReadWhole(JsonElement body, ICollection<AnswerEvent> events)
    {
        reader.ReadWhole(body, events);
        Forget(events);
    }

    public void ReadFrame(string? name, JsonElement data, ICollection<AnswerEvent> events)
    {
        reader.ReadFrame(name, data, events);
        Forget(events);
    }

    private static void Forget(ICollection<AnswerEvent> events)
    {
        foreach (var known in events.OfType<UsageKnown>().ToList()) events.Remove(known);
    }
}

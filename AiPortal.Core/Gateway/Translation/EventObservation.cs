using System.Text.Unicode;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>Notes in an observation what the events of an answer show.</summary>
internal static class EventObservation
{
    public static void Note(this AnswerObservation seen, AnswerEvent happened)
    {
        switch (happened)
        {
            case AnswerBegan began:
                seen.Id ??= began.Id;
                seen.Model ??= began.Model;
                break;
            case TextAdded text: seen.Content = Added(seen.Content, text.Text); break;
            case RefusalAdded refusal: seen.Content = Added(seen.Content, refusal.Text); break;
            case ToolCallBegan call: seen.Content = Added(seen.Content, call.Name); break;
            case ToolArgumentsAdded arguments: seen.Content = Added(seen.Content, arguments.Json); break;
            case ReasoningAdded thought: seen.Reasoning = Added(seen.Reasoning, thought.Text); break;
            case ChoiceEnded end: seen.FinishReason = end.Reason.ToString(); break;
            case UsageKnown known:
                if (known.IsFinal) seen.NoteUsage(known.Reading, topLevel: true);
                else seen.FirstUsage = known.Reading;
                seen.ServiceTier = known.Reading.ServiceTier ?? seen.ServiceTier;
                break;
            case AnswerFailed failed: seen.Error ??= failed.Error; break;
        }
    }

    private static TextTally Added(TextTally tally, string text)
    {
        Span<byte> piece = stackalloc byte[768];
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            Utf8.FromUtf16(rest, piece, out var read, out var written);
            tally.AddUtf8(piece[..written]);
            rest = rest[read..];
        }

        return tally;
    }
}

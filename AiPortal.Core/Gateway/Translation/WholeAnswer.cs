using System.Text;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>One of the answers, its parts joined.</summary>
public sealed record WholeChoice(int Index, IReadOnlyList<ContentPart> Parts, EndReason Reason, string? StopSequence);

/// <summary>A whole answer, made of its events.</summary>
public sealed record WholeAnswer
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public required IReadOnlyList<WholeChoice> Choices { get; init; }

    /// <summary>Null where the provider gave none.</summary>
    public UsageReading? Usage { get; init; }

    public static WholeAnswer Of(IEnumerable<AnswerEvent> events)
    {
        AnswerBegan? began = null;
        UsageReading? usage = null;
        var choices = new SortedDictionary<int, ChoiceFold>();
        foreach (var happened in events)
        {
            switch (happened)
            {
                case AnswerBegan first: began ??= first; break;
                case UsageKnown known: usage = known.Reading; break;
                case TextAdded text: Choice(text.Choice).Text(text.Text); break;
                case RefusalAdded refusal: Choice(refusal.Choice).Refusal(refusal.Text); break;
                case ReasoningAdded thought: Choice(thought.Choice).Reasoning(thought.Text); break;
                case ReasoningSigned seal: Choice(seal.Choice).Sign(seal.Signature); break;
                case ReasoningRedacted hidden: Choice(hidden.Choice).Add(new ReasoningPart("", null, hidden.Data)); break;
                case ToolCallBegan call: Choice(call.Choice).Begin(call); break;
                case ToolArgumentsAdded arguments: Choice(arguments.Choice).Arguments(arguments); break;
                case ImageAdded image: Choice(image.Choice).Add(new ImagePart(image.MediaType, image.Data, null)); break;
                case ChoiceEnded end: Choice(end.Choice).End = end; break;
            }
        }

        return new WholeAnswer
        {
            Id = began?.Id,
            Model = began?.Model,
            CreatedAt = began?.CreatedAt,
            Usage = usage,
            Choices = [.. choices.Select(pair => pair.Value.ToChoice(pair.Key))],
        };

        ChoiceFold Choice(int index) => choices.TryGetValue(index, out var fold) ? fold : choices[index] = new ChoiceFold();
    }

    private sealed class ChoiceFold
    {
        private readonly List<ContentPart> _parts = [];
        private readonly Dictionary<int, (int Place, StringBuilder Json)> _calls = [];
        private readonly StringBuilder _running = new();
        private Func<string, ContentPart>? _close;

        public ChoiceEnded? End { get; set; }

        public void Text(string text) => Run(text, static joined => new TextPart(joined), "text");

        public void Refusal(string text) => Run(text, static joined => new RefusalPart(joined), "refusal");

        public void Reasoning(string text) => Run(text, static joined => new ReasoningPart(joined, null), "reasoning");

        public void Sign(string signature)
        {
            if (_kind != "reasoning") Run("", static joined => new ReasoningPart(joined, null), "reasoning");
            Close();
            if (_parts is [.., ReasoningPart thought]) _parts[^1] = thought with { Signature = signature };
        }

        public void Add(ContentPart part)
        {
            Close();
            _parts.Add(part);
        }

        public void Begin(ToolCallBegan call)
        {
            Close();
            if (_calls.ContainsKey(call.Index)) return;
            _calls[call.Index] = (_parts.Count, new StringBuilder());
            _parts.Add(new ToolCallPart(call.Id ?? "", call.Name, "") { Signature = call.Signature });
        }

        public void Arguments(ToolArgumentsAdded arguments)
        {
            if (_calls.TryGetValue(arguments.Index, out var call)) call.Json.Append(arguments.Json);
        }

        public WholeChoice ToChoice(int index)
        {
            Close();
            foreach (var (place, json) in _calls.Values)
                _parts[place] = (ToolCallPart)_parts[place] with { Arguments = json.Length == 0 ? "{}" : json.ToString() };
            return new WholeChoice(index, _parts, End?.Reason ?? EndReason.Stop, End?.StopSequence);
        }

        private string? _kind;

        private void Run(string text, Func<string, ContentPart> close, string kind)
        {
            if (_kind != kind) Close();
            (_kind, _close) = (kind, close);
            _running.Append(text);
        }

        private void Close()
        {
            if (_close is { } close && (_running.Length > 0 || _kind == "reasoning")) _parts.Add(close(_running.ToString()));
            _running.Clear();
            (_close, _kind) = (null, null);
        }
    }
}

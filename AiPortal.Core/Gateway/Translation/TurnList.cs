namespace AiPortal.Core.Gateway.Translation;

/// <summary>Collects turns: neighbours of one role become one.</summary>
internal sealed class TurnList
{
    private readonly List<(TurnRole Role, List<ContentPart> Parts)> _turns = [];
    private readonly Dictionary<string, string> _toolNames = [];

    public void Add(TurnRole role, IEnumerable<ContentPart> parts)
    {
        if (_turns.Count == 0 || _turns[^1].Role != role) _turns.Add((role, []));
        foreach (var part in parts)
        {
            if (part is ToolCallPart call) _toolNames[call.Id] = call.Name;
            _turns[^1].Parts.Add(part);
        }
    }

    /// <summary>The name under which an earlier call with this id was made.</summary>
    public string? ToolName(string callId) => _toolNames.GetValueOrDefault(callId);

    public IReadOnlyList<ChatTurn> ToTurns() => [.. _turns.Where(turn => turn.Parts.Count > 0).Select(turn => new ChatTurn(turn.Role, turn.Parts))];
}

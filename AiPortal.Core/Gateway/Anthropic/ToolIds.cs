using System.Text.RegularExpressions;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Ids of tool calls as Anthropic takes them: letters, digits, _ and -. Calls that have none get one, and so do their results, in order.</summary>
internal sealed partial class ToolIds
{
    private readonly Dictionary<string, Queue<string>> _minted = new(StringComparer.Ordinal);
    private int _count;

    public string Of(ToolCallPart call)
    {
        if (call.Id.Length > 0) return Clean(call.Id);
        var id = $"toolu_{_count++}";
        if (!_minted.TryGetValue(call.Name, out var ids)) ids = _minted[call.Name] = new Queue<string>();
        ids.Enqueue(id);
        return id;
    }

    /// <exception cref="PromptFault">It answers no call.</exception>
    public string Of(ToolResultPart result)
    {
        if (result.CallId.Length > 0) return Clean(result.CallId);
        return result.Name is { } name && _minted.TryGetValue(name, out var ids) && ids.TryDequeue(out var id) ? id : throw PromptFault.Inexpressible("messages");
    }

    private static string Clean(string id) => Unusual().Replace(id, "_");

    [GeneratedRegex("[^A-Za-z0-9_-]", RegexOptions.CultureInvariant)]
    private static partial Regex Unusual();
}

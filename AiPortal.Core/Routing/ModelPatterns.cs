using System.Collections.Frozen;

namespace AiPortal.Core.Routing;

/// <summary>An allow list of models: names, and patterns in which <c>*</c> stands for any run of characters, as <c>gpt-*</c>.</summary>
public sealed class ModelPatterns
{
    private readonly FrozenSet<string> _names;
    private readonly string[] _patterns;

    public ModelPatterns(IReadOnlyCollection<string> models)
    {
        _names = models.Where(model => !model.Contains('*', StringComparison.Ordinal)).ToFrozenSet(StringComparer.Ordinal);
        _patterns = [.. models.Where(model => model.Contains('*', StringComparison.Ordinal))];
    }

    public bool Contains(string model)
    {
        if (_names.Contains(model)) return true;
        foreach (var pattern in _patterns)
        {
            if (Matches(pattern, model)) return true;
        }

        return false;
    }

    /// <summary>Each piece between stars at its first place: no two ways are tried, so the time is bounded by the two lengths.</summary>
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> model)
    {
        var star = pattern.IndexOf('*');
        if (star < 0) return pattern.SequenceEqual(model);
        if (!model.StartsWith(pattern[..star], StringComparison.Ordinal)) return false;
        model = model[star..];
        pattern = pattern[(star + 1)..];
        while ((star = pattern.IndexOf('*')) >= 0)
        {
            var at = model.IndexOf(pattern[..star], StringComparison.Ordinal);
            if (at < 0) return false;
            model = model[(at + star)..];
            pattern = pattern[(star + 1)..];
        }

        return model.EndsWith(pattern, StringComparison.Ordinal);
    }
}

namespace AiPortal.Core.Routing.Routes;

/// <summary>A model's name, or a pattern in which <c>*</c> stands for any characters, none included. Case counts.</summary>
public sealed class ModelPattern(string text)
{
    private readonly string[] _parts = text.Split('*');

    public string Text => text;

    public bool Matches(ReadOnlySpan<char> model)
    {
        if (_parts.Length == 1) return model.SequenceEqual(text);
        if (!model.StartsWith(_parts[0], StringComparison.Ordinal)) return false;
        var rest = model[_parts[0].Length..];
        for (var i = 1; i < _parts.Length - 1; i++)
        {
            var at = rest.IndexOf(_parts[i], StringComparison.Ordinal);
            if (at < 0) return false;
            rest = rest[(at + _parts[i].Length)..];
        }

        return rest.EndsWith(_parts[^1], StringComparison.Ordinal);
    }
}

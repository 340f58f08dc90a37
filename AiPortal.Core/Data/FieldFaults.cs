namespace AiPortal.Core.Data;

/// <summary>Collects what is wrong with a draft, by snake_case field name, so that a caller hears all of it at once.</summary>
public sealed class FieldFaults
{
    private readonly Dictionary<string, List<string>> _faults = [];

    public bool Any => _faults.Count > 0;

    public void Add(string field, string message)
    {
        if (!_faults.TryGetValue(field, out var messages)) _faults[field] = messages = [];
        messages.Add(message);
    }

    /// <summary>Adds the message unless <paramref name="good"/>.</summary>
    public void Require(bool good, string field, string message)
    {
        if (!good) Add(field, message);
    }

    /// <summary>A name must be there, trimmed, without control characters and at most <paramref name="most"/> long.</summary>
    public void RequireText(string? text, string field, int most = 200)
    {
        if (string.IsNullOrWhiteSpace(text)) Add(field, "Must not be empty.");
        else if (text.Length > most) Add(field, $"Must be at most {most} characters.");
        else if (text.Any(char.IsControl)) Add(field, "Must not contain control characters.");
    }

    public Refusal ToRefusal() => new(
        RefusalKind.Invalid,
        "invalid_field",
        string.Join(" ", _faults.Select(fault => $"{fault.Key}: {string.Join(" ", fault.Value)}")),
        _faults.ToDictionary(fault => fault.Key, fault => fault.Value.ToArray()));
}

/// <summary>Text for SQL LIKE.</summary>
public static class LikePattern
{
    /// <summary>Matches rows that contain the text itself; its wildcards count as plain characters (escape is a backslash).</summary>
    public static string Contains(string text) => "%" + Escape(text) + "%";

    /// <summary>Matches what equals the text, in which <c>*</c> stands for any characters.</summary>
    public static string WithStars(string text) => Escape(text).Replace('*', '%');

    private static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}

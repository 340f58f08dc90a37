using AiPortal.Core.Gateway;

namespace AiPortal.Gateway;

/// <summary>
/// What the caller says a call is for: headers, the body's <c>metadata</c> and <c>user</c>, and the key's own tags. They describe, they
/// never decide who pays.
/// </summary>
internal sealed record CallLabels(string? SessionId, string? WorkflowId, string? AccountId, IReadOnlyDictionary<string, string>? Tags)
{
    private const int MaxTags = 32;
    private const int MaxName = 64;
    private const int MaxValue = 256;

    public static CallLabels None { get; } = new(null, null, null, null);

    public static CallLabels Read(IHeaderDictionary headers, RequestScan scan, IReadOnlyDictionary<string, string> keyTags)
    {
        Dictionary<string, string>? tags = null;
        foreach (var (name, value) in keyTags) Add(ref tags, name, value);
        foreach (var (name, value) in scan.Tags) Add(ref tags, name, value);
        if (scan.User is { } user) Add(ref tags, "user", user);
        // feature=search,customer=42
        foreach (var pair in headers["x-portal-tags"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is var at and > 0) Add(ref tags, pair[..at].Trim(), pair[(at + 1)..].Trim());
        }

        return new CallLabels(Header(headers, "x-portal-session"), Header(headers, "x-portal-workflow"), Header(headers, "x-portal-account"), tags);
    }

    private static void Add(ref Dictionary<string, string>? tags, string name, string value)
    {
        if (name.Length is 0 or > MaxName || (tags?.Count ?? 0) >= MaxTags) return;
        (tags ??= new Dictionary<string, string>(StringComparer.Ordinal))[Clean(name, MaxName)] = Clean(value, MaxValue);
    }

    private static string? Header(IHeaderDictionary headers, string name) =>
        headers[name].ToString() is { Length: > 0 } value ? Clean(value, MaxValue) : null;

    /// <summary>PostgreSQL stores no NUL, and half a surrogate pair is no text.</summary>
    private static string Clean(string text, int length)
    {
        if (text.Length > length) text = text[..length];
        if (text.Length > 0 && char.IsHighSurrogate(text[^1])) text = text[..^1];
        return text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
    }
}

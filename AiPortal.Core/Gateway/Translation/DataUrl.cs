using System.Diagnostics.CodeAnalysis;

namespace AiPortal.Core.Gateway.Translation;

/// <summary><c>data:image/png;base64,…</c></summary>
internal static class DataUrl
{
    public static bool TryRead(string url, [NotNullWhen(true)] out string? mediaType, [NotNullWhen(true)] out string? data)
    {
        (mediaType, data) = (null, null);
        const string scheme = "data:";
        const string encoding = ";base64";
        if (!url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || url.IndexOf(',', StringComparison.Ordinal) is not (> 0 and var comma)) return false;
        var head = url[scheme.Length..comma];
        if (!head.EndsWith(encoding, StringComparison.OrdinalIgnoreCase)) return false;
        head = head[..^encoding.Length];
        mediaType = head.IndexOf(';', StringComparison.Ordinal) is > 0 and var parameter ? head[..parameter] : head;
        data = url[(comma + 1)..];
        return mediaType.Length > 0;
    }

    public static string Write(string mediaType, string data) => $"data:{mediaType};base64,{data}";
}

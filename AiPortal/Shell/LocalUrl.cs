namespace AiPortal.Shell;

/// <summary>Where a form may send the browser back to: a path of this site, nothing else.</summary>
internal static class LocalUrl
{
    internal static string OrHome(string? url) => IsLocal(url) ? InAscii(url!) : "/";

    /// <summary>Browsers read both "//host" and "/\host" as another site, and drop tabs and line ends before they look.</summary>
    internal static bool IsLocal(string? url) =>
        url is ['/', ..]
        && (url.Length == 1 || url[1] is not ('/' or '\\'))
        && !url.Any(char.IsControl);

    /// <summary>It goes into a header, which takes nothing else.</summary>
    private static string InAscii(string url) => System.Text.Ascii.IsValid(url) ? url
        : string.Concat(url.EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));
}

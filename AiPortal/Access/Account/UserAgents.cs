namespace AiPortal.Access.Account;

/// <summary>What a person calls the program that a user agent names.</summary>
internal static class UserAgents
{
    // Most browsers name others as well; the first that matches is meant.
    private static readonly (string Mark, string Name)[] Programs =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("MicroMessenger", "WeChat"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python", "Python")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    /// <summary>As "Firefox, Windows"; the beginning of the text where nothing is known; null for none.</summary>
    public static string? Words(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent)) return null;
        string?[] known = [Find(Programs, userAgent), Find(Systems, userAgent)];
        var words = string.Join(", ", known.OfType<string>());
        return words.Length > 0 ? words : userAgent.Length > 60 ? userAgent[..60] : userAgent;
    }

    private static string? Find((string Mark, string Name)[] names, string text) =>
        Array.Find(names, name => text.Contains(name.Mark, StringComparison.OrdinalIgnoreCase)).Name;
}

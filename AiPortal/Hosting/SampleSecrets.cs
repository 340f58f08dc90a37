namespace AiPortal.Hosting;

/// <summary>Secrets that stand in manuals and examples, and those that are none at all.</summary>
internal static class SampleSecrets
{
    private static readonly string[] Words =
        ["changeme", "changethis", "replaceme", "yourpassword", "yoursecret", "mysecret", "secret", "password", "passw0rd", "default", "example", "sample", "admin", "administrator", "root", "test", "letmein", "qwerty", "sk1234", "placeholder", "todo"];

    /// <summary>One line without the text; null where nothing is wrong.</summary>
    public static string? FaultOf(string text, int leastLength)
    {
        if (text.Length < leastLength) return $"must be at least {leastLength} characters.";
        if (text.Distinct().Count() < 4) return "is one character again and again.";
        var plain = new string([.. text.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]).TrimEnd("0123456789".ToCharArray());
        return text[0] == '<' || Words.Contains(plain) || Words.Any(word => plain.Length > word.Length && plain.Replace(word, "", StringComparison.Ordinal).Length == 0)
            ? "is a sample that everybody knows."
            : null;
    }
}

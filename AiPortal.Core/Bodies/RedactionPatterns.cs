using System.Text.RegularExpressions;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Bodies;

/// <summary>
/// What the built-in redactions recognize in plain text. Every pattern is matched in linear time, whatever the text; what only
/// arithmetic can tell is asked of the match.
/// </summary>
internal static class RedactionPatterns
{
    private const string Secret = "[redacted:secret]";
    private const string Email = "[redacted:email]";
    private const string Number = "[redacted:number]";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly Regex PrivateKey = Linear("-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?");

    // Not \b: to it Chinese characters are letters, and keys stand right behind them.
    private static readonly Regex Token = Linear(
        "(^|[^A-Za-z0-9])((?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
        + @"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
        + @"|(?:hf|gsk|npm|pypi|dop_v1|shpat|xai|nvapi|r8|ap[rstv])[-_][A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)");

    private static readonly Regex Authorization = Linear(@"(^|[^A-Za-z])((?:[Bb]earer|[Bb]asic|BEARER|BASIC)[ \t]+)([A-Za-z0-9._~+/=-]{8,})");

    private static readonly Regex Labelled = Linear(
        "((?:password|passwd|passphrase|pwd|secret|api[_ -]?key|access[_ -]?key|(?:access|refresh|auth|id|bearer)[_ -]?token|account[_ -]?key|private[_ -]?key"
        + @"|密码|口令|密钥)\\*[""']?\s*(?:[:=：是为]|=>)+\s*\\*[""']?)([^\s""'\\,;&}\]，。；]{3,})", RegexOptions.IgnoreCase);

    private static readonly Regex UrlPassword = Linear(@"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/@:""']*:[^\s/@""']+@");

    private static readonly Regex Address = Linear("[A-Za-z0-9À-ɏ._%+'-]+@[A-Za-z0-9À-ɏ.-]+[.][A-Za-zÀ-ɏ]{2,}");

    private static readonly Regex Card = Linear("(^|[^A-Za-z0-9_.-])(3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}|[2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,4}(?:[ -]?[0-9]{3})?)");

    private static readonly Regex Phone = Linear(@"(^|[^A-Za-z0-9_.+-])(\+?[(]?[0-9](?:[ .()-]{0,2}[0-9])+)");

    private static readonly Regex Date = Linear("^(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}");

    public static string Apply(string text, BodyRedaction redaction) => redaction switch
    {
        BodyRedaction.Secrets => Secrets(text),
        BodyRedaction.EmailAddresses => text.Contains('@', StringComparison.Ordinal) ? Address.Replace(text, Email) : text,
        BodyRedaction.PhoneAndCardNumbers => Phone.Replace(
            Card.Replace(text, match => IsCard(match.Groups[2].Value) ? match.Groups[1].Value + Number : match.Value),
            match => match.Groups[1].Value + WithoutPhones(match.Groups[2].Value)),
    };

    /// <summary>A member of that name has a secret for a value, whatever it looks like.</summary>
    public static bool IsSecretName(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant() is
        "password" or "passwd" or "passphrase" or "pwd" or "secret" or "clientsecret" or "apikey" or "xapikey" or "accesskey" or "secretkey" or "secretaccesskey"
        or "privatekey" or "token" or "accesstoken" or "refreshtoken" or "idtoken" or "authtoken" or "authorization" or "credential" or "credentials" or "cookie"
        or "setcookie" or "connectionstring";

    /// <summary>13 to 19 digits of a card issuer, with a check digit that is right.</summary>
    public static bool IsCard(ReadOnlySpan<char> text)
    {
        int sum = 0, count = 0;
        var first = '0';
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(text[i])) continue;
            first = text[i];
            var digit = first - '0';
            if (count++ % 2 == 1) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return count is >= 13 and <= 19 && first is >= '2' and <= '6' && sum % 10 == 0;
    }

    private static string Secrets(string text)
    {
        text = PrivateKey.Replace(text, Secret);
        text = UrlPassword.Replace(text, "$1" + Secret + "@");
        text = Authorization.Replace(text, match => LooksRandom(match.Groups[3].Value) ? match.Groups[1].Value + match.Groups[2].Value + Secret : match.Value);
        text = Token.Replace(text, match => LooksRandom(match.Groups[2].Value) ? match.Groups[1].Value + Secret : match.Value);
        return Labelled.Replace(text, match => match.Groups[2].Value.StartsWith("[redacted", StringComparison.Ordinal) ? match.Value : match.Groups[1].Value + Secret);
    }

    /// <summary>Words with hyphens are no key.</summary>
    private static bool LooksRandom(string text) => text.Any(char.IsAsciiDigit) || text.EndsWith('=');

    /// <summary>Two numbers side by side are found as one.</summary>
    private static string WithoutPhones(string text) =>
        IsPhone(text) ? Number : string.Join(' ', text.Split(' ').Select(part => part.Length > 0 && IsPhone(part) ? Number : part));

    /// <summary>Written as people write telephone numbers: an international prefix, groups, or a mobile number of China.</summary>
    private static bool IsPhone(string text)
    {
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (digits.Length is < 8 or > 15) return false;
        if (text[0] == '+' || digits.StartsWith("00", StringComparison.Ordinal)) return true;
        if (digits.Length == text.Length) return digits.Length == 11 && digits[0] == '1' && digits[1] >= '3';
        // One point makes a fraction, three a network address.
        var isOther = text.Count(c => c == '.') is 1 or 3;
        return digits.Length >= 9 && !isOther && !Date.IsMatch(text);
    }

    private static Regex Linear(string pattern, RegexOptions options = RegexOptions.None) =>
        new(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
}

using System.Globalization;

namespace AiPortal.Core.Ledger;

/// <summary>The ids that begin with some hexadecimal digits, both ends included.</summary>
public sealed record RequestIdRange(Guid First, Guid Last)
{
    private const int Digits = 32;

    /// <summary>Null when the text is not the beginning of an id; hyphens and letter case do not matter.</summary>
    public static RequestIdRange? BeginningWith(string? text)
    {
        var digits = text?.Replace("-", "", StringComparison.Ordinal).Trim() ?? "";
        return digits.Length is > 0 and <= Digits && digits.All(char.IsAsciiHexDigit) ? new RequestIdRange(Filled('0'), Filled('f')) : null;

        Guid Filled(char rest) => Guid.Parse(digits.PadRight(Digits, rest), CultureInfo.InvariantCulture);
    }
}

using System.Globalization;

namespace AiPortal.Api;

/// <summary>A JSON number as an amount, exactly: what would have to be rounded is refused.</summary>
internal static class ExactDecimal
{
    private const int MaxDecimals = 12;
    private const int MaxDigits = 28;
    /// <summary>Amounts of money are below this.</summary>
    public const decimal Limit = 1_000_000_000_000m;

    public static bool TryRead(string number, out decimal value, out string fault, decimal limit = Limit)
    {
        fault = $"Must be below {limit.ToString("F0", CultureInfo.InvariantCulture)}.";
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || Math.Abs(value) >= limit) return false;
        fault = $"At most {MaxDecimals} decimals.";
        // decimal rounds what it cannot hold without saying so; more digits than it holds, or a zero made of other digits, give it away.
        var digits = number.Split('e', 'E')[0].Where(char.IsAsciiDigit).SkipWhile(digit => digit == '0').ToArray();
        var significant = digits.AsSpan().TrimEnd('0').Length;
        return significant <= MaxDigits && (value != 0 || significant == 0) && decimal.Round(value, MaxDecimals) == value;
    }
}

using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway;

/// <summary>Reads one figure of a provider's usage object. What makes no sense is bent and noted, never thrown.</summary>
internal static class UsageFigure
{
    private const int MsPerSecond = 1000;
    private const decimal MostUsd = 1_000_000;

    /// <summary>The reader stands on the member's name, afterwards on its value. Null for null and for what is no whole number.</summary>
    public static long? Read(ref Utf8JsonReader reader, ref UsageDoubts doubts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.Number || !TryWhole(ref reader, out var figure))
        {
            doubts |= UsageDoubts.NotWholeNumber;
            reader.Skip();
            return null;
        }

        if (figure < 0) doubts |= UsageDoubts.Negative;
        if (figure > Usage.MaxCount) doubts |= UsageDoubts.TooLarge;
        return Math.Clamp(figure, 0, Usage.MaxCount);
    }

    /// <summary>Seconds, which may have decimals, as milliseconds rounded up.</summary>
    public static long? ReadSeconds(ref Utf8JsonReader reader, ref UsageDoubts doubts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var seconds))
        {
            if (seconds < 0) doubts |= UsageDoubts.Negative;
            if (seconds > Usage.MaxCount / MsPerSecond) doubts |= UsageDoubts.TooLarge;
            return (long)decimal.Ceiling(Math.Clamp(seconds, 0, Usage.MaxCount / MsPerSecond) * MsPerSecond);
        }

        if (reader.TokenType != JsonTokenType.Null) doubts |= UsageDoubts.NotWholeNumber;
        reader.Skip();
        return null;
    }

    /// <summary>An amount in USD; null for what is none.</summary>
    public static decimal? ReadUsd(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var usd) && usd is >= 0 and <= MostUsd) return usd;
        reader.Skip();
        return null;
    }

    /// <summary>A short word; null for anything else.</summary>
    public static string? ReadWord(ref Utf8JsonReader reader)
    {
        reader.Read();
        var word = JsonText.TryReadUpTo(ref reader, 64);
        reader.Skip();
        return string.IsNullOrEmpty(word) ? null : word;
    }

    /// <summary>Steps over a member's value.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Steps into a member's object; false, and over it, when it is none.</summary>
    public static bool Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject) return true;
        reader.Skip();
        return false;
    }

    private static bool TryWhole(ref Utf8JsonReader reader, out long figure)
    {
        if (reader.TryGetInt64(out figure)) return true;
        // 12.0 and 1.2e1 are whole numbers too; beyond what a decimal holds no count is meant.
        if (!reader.TryGetDecimal(out var number) || number != decimal.Truncate(number)) return false;
        figure = number > Usage.MaxCount ? Usage.MaxCount + 1 : number < 0 ? -1 : (long)number;
        return true;
    }
}

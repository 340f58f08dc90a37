namespace AiPortal.Exports;

/// <summary>Text in CSV files.</summary>
internal static class CsvText
{
    /// <summary>A text that a spreadsheet would calculate gets an apostrophe before it; what would break the row is quoted.</summary>
    public static string? Of(string? text)
    {
        if (string.IsNullOrEmpty(text)) return text;
        if ("=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",;\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

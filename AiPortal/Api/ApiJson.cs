using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary>How the management API writes JSON: snake_case, enum words, instants in UTC with Z, decimals plain and exact.</summary>
internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        // Answers are application/json with nosniff, never inside HTML: Chinese names may stay readable.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new EnumWords());
        options.Converters.Add(new Instant());
        options.Converters.Add(new PlainDecimal());
        return options;
    }

    private sealed class EnumWords() : JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

    private sealed class Instant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Rfc3339.TryParse(reader.GetString(), out var instant) ? instant : throw new JsonException("Not an RFC 3339 instant.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Rfc3339.Text(value));
    }

    private sealed class PlainDecimal : JsonConverter<decimal>
    {
        // Dividing by a one of 28 decimals drops the zeros a database scale leaves behind.
        private const decimal One = 1.0000000000000000000000000000m;

        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value / One);
    }
}

/// <summary>Instants as RFC 3339 has them: an offset is required, microseconds are kept.</summary>
internal static class Rfc3339
{
    private static readonly string[] Formats =
        [.. Enumerable.Range(0, 8).Select(digits => "yyyy-MM-dd'T'HH:mm:ss" + (digits == 0 ? "" : "." + new string('f', digits)) + "zzz")];

    /// <summary>Gives UTC, cut to the microseconds the database keeps.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        if (text is null or { Length: > 40 }) return false;
        var plain = text.ToUpperInvariant();
        if (plain.EndsWith('Z')) plain = plain[..^1] + "+00:00";
        if (!DateTimeOffset.TryParseExact(plain, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var parsed)) return false;
        instant = parsed.AddTicks(-(parsed.Ticks % TimeSpan.TicksPerMicrosecond));
        return true;
    }

    public static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}

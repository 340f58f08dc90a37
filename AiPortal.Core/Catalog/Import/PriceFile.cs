using System.Globalization;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;

namespace AiPortal.Core.Catalog.Import;

/// <summary>
/// Reads a file of prices: JSON as the built-in catalogue has it (an array of objects with <c>provider</c>, <c>model</c>,
/// <c>inputPerMTok</c> …), or CSV with a header of the API's member names.
/// </summary>
public static class PriceFile
{
    public const int MaxRows = 2_000;
    public const int MaxBytes = 4 << 20;

    private const string Rows = "rows";

    private static readonly string[] Known =
    [
        "provider", "model", "kind", "currency", "inputPerMTok", "outputPerMTok", "cachedInputPerMTok", "cacheWritePerMTok", "cacheWrite1hPerMTok",
        "reasoningPerMTok", "audioInputPerMTok", "audioOutputPerMTok", "imageInputPerMTok", "imageOutputPerMTok", "textOutputPerMTok", "perImage",
        "perMinuteAudio", "perMCharacters", "perThousandSearches", "basePrice", "batchDiscount", "contextWindow", "maxOutput", "supports", "source", "asOf",
        "free", "effectiveFrom", "effectiveTo", "details", "tier", "note",
    ];

    /// <summary>The drafts in the order of the file; a refusal names the rows that cannot be read.</summary>
    public static Outcome<IReadOnlyList<PriceDraft>> Read(ReadOnlyMemory<byte> file, bool csv)
    {
        if (file.Length > MaxBytes) return Refusal.Field(Rows, $"The file is larger than {MaxBytes >> 20} MB.");
        return csv ? PriceCsv.Read(Encoding.UTF8.GetString(file.Span).TrimStart('\uFEFF')) : ReadJson(file);
    }

    private static Outcome<IReadOnlyList<PriceDraft>> ReadJson(ReadOnlyMemory<byte> file)
    {
        var faults = new FieldFaults();
        var drafts = new List<PriceDraft>();
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Array) return Refusal.Field(Rows, "The file must be a JSON array of prices.");
            foreach (var (index, row) in document.RootElement.EnumerateArray().Index())
            {
                if (index >= MaxRows) return Refusal.Field(Rows, $"At most {MaxRows} rows.");
                if (Draft(row, $"{Rows}[{index}]", faults) is { } draft) drafts.Add(draft);
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Refusal.Field(Rows, $"The file is not valid JSON: line {((fault as JsonException)?.LineNumber ?? 0) + 1}.");
        }

        return faults.Any ? faults.ToRefusal() : drafts;
    }

    private static PriceDraft? Draft(JsonElement row, string field, FieldFaults faults)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            faults.Add(field, "Must be an object.");
            return null;
        }

        foreach (var member in row.EnumerateObject().Where(member => !Known.Contains(member.Name))) faults.Add($"{field}.{member.Name}", "This member is not known here.");
        var vendor = Text("provider") ?? "";
        var draft = new PriceDraft
        {
            Name = Text("model") ?? "",
            // The built-in file says azure, the accounts' kind is azure-openai.
            Provider = vendor == "azure" ? "azure-openai" : vendor,
            ModelType = Text("kind") ?? "chat",
            Currency = Text("currency") ?? Price.LedgerCurrency,
            BasePrice = Number("basePrice") ?? 0,
            ContextWindow = Whole("contextWindow"),
            MaxOutput = (int?)Math.Min(Whole("maxOutput") ?? -1, int.MaxValue) is { } most and >= 0 ? most : null,
            Free = row.TryGetProperty("free", out var free) && free.ValueKind == JsonValueKind.True,
            EffectiveFrom = Instant("effectiveFrom"),
            EffectiveTo = Instant("effectiveTo"),
            Source = string.Join(", ", new[] { Text("source"), Text("asOf") is { } asOf ? $"as of {asOf}" : null }.OfType<string>()) is { Length: > 0 } source ? source : null,
            Details = Details(),
        };
        if (Number("inputPerMTok") is null && Number("outputPerMTok") is null)
        {
            if (Number("perImage") is { } image) return draft with { BillingUnit = BillingUnits.Image, OutputPrice = image, Details = null };
            if (Number("perMinuteAudio") is { } minute) return draft with { BillingUnit = BillingUnits.Minute, InputPrice = minute, Details = null };
            if (Number("perMCharacters") is { } characters) return draft with { BillingUnit = BillingUnits.Character, InputPrice = characters, Details = null };
        }

        return draft with
        {
            InputPrice = Number("inputPerMTok") ?? 0,
            OutputPrice = Number("outputPerMTok") ?? 0,
            CachedInputPrice = Number("cachedInputPerMTok"),
            CacheWritePrice = Number("cacheWritePerMTok"),
            ReasoningPrice = Number("reasoningPerMTok"),
        };

        PriceDetails? Details()
        {
            PriceDetails? given = null;
            try
            {
                if (row.TryGetProperty("details", out var element) && element.ValueKind == JsonValueKind.Object) given = element.Deserialize<PriceDetails>(PriceDetails.Json);
            }
            catch (JsonException fault)
            {
                faults.Add($"{field}.details{fault.Path?.TrimStart('$')}", "This member is not known here, or is not of the form that belongs here.");
            }

            given ??= new PriceDetails();
            var details = given with
            {
                CacheWrite1hPrice = Number("cacheWrite1hPerMTok") ?? given.CacheWrite1hPrice,
                AudioInputPrice = Number("audioInputPerMTok") ?? given.AudioInputPrice,
                AudioOutputPrice = Number("audioOutputPerMTok") ?? given.AudioOutputPrice,
                ImageInputPrice = Number("imageInputPerMTok") ?? given.ImageInputPrice,
                ImageOutputPrice = Number("imageOutputPerMTok") ?? given.ImageOutputPrice,
                TextOutputPrice = Number("textOutputPerMTok") ?? given.TextOutputPrice,
                ImagePrice = Number("perImage") ?? given.ImagePrice,
                MinutePrice = Number("perMinuteAudio") ?? given.MinutePrice,
                CharacterPrice = Number("perMCharacters") ?? given.CharacterPrice,
                SearchPrice = Number("perThousandSearches") / 1000 ?? given.SearchPrice,
                ServiceTiers = Number("batchDiscount") is { } off and > 0 and < 1 && given.ServiceTiers is null
                    ? [new ServiceTier { Name = "batch", Multiplier = 1 - off }]
                    : given.ServiceTiers,
            };
            return details.IsEmpty ? null : details;
        }

        string? Text(string name)
        {
            if (!row.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null) return null;
            if (element.ValueKind == JsonValueKind.String) return element.GetString();
            faults.Add($"{field}.{name}", "Must be a string.");
            return null;
        }

        decimal? Number(string name)
        {
            if (!row.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null) return null;
            if (element.ValueKind == JsonValueKind.Number && element.TryGetDecimal(out var number)) return number;
            faults.Add($"{field}.{name}", "Must be a number.");
            return null;
        }

        long? Whole(string name)
        {
            if (Number(name) is not { } number) return null;
            if (number == decimal.Truncate(number) && number is >= 1 and <= long.MaxValue) return (long)number;
            faults.Add($"{field}.{name}", "Must be a whole number of at least 1.");
            return null;
        }

        DateTimeOffset? Instant(string name)
        {
            if (Text(name) is not { } text) return null;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)) return instant;
            faults.Add($"{field}.{name}", "Must be an instant.");
            return null;
        }
    }
}

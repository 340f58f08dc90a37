using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AiPortal.Core.Catalog;

/// <summary>A row of the catalogue file that prices nothing, and why.</summary>
public sealed record SkippedPrice(string Vendor, string ModelName, string Reason);

/// <summary>
/// The list prices that the product comes with, read once from its embedded file, and the sandbox's. Row ids are derived
/// from vendor, model and date, so seeding a database again changes nothing. Rows are in force since 2020: how old the
/// figures are is said by <see cref="CatalogueDate"/> and each row's <see cref="Price.Source"/>.
/// </summary>
public static class BuiltInCatalogue
{
    /// <summary>The start of every built-in row, before any usage that a demonstration or an import can hold.</summary>
    public static readonly DateTimeOffset EffectiveFrom = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Resource = "AiPortal.Core.Catalog.model-prices.json";
    private const long PerMillion = 1_000_000;

    private static readonly Lazy<Contents> File = new(Read);

    /// <summary>All usable rows, the sandbox's included.</summary>
    public static IReadOnlyList<Price> Prices => File.Value.Prices;

    /// <summary>Rows of the file without a usable price.</summary>
    public static IReadOnlyList<SkippedPrice> Skipped => File.Value.Skipped;

    /// <summary>The newest date of a row in the file.</summary>
    public static DateOnly CatalogueDate => File.Value.Date;

    internal static Guid IdOf(string vendor, string model, DateOnly asOf)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"aiportal/price/{vendor}/{model}/{Date(asOf)}"), hash);
        var bytes = hash[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80); // version 8: made by a rule of one's own
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    internal static int VersionOf(DateOnly asOf) => (asOf.Year * 10_000) + (asOf.Month * 100) + asOf.Day;

    private static Contents Read()
    {
        using var stream = typeof(BuiltInCatalogue).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the assembly.");
        using var file = JsonDocument.Parse(stream);
        var extras = BuiltInExtras.Read();
        var prices = new List<Price>();
        var skipped = new List<SkippedPrice>();
        var newest = DateOnly.MinValue;
        foreach (var row in file.RootElement.EnumerateArray())
        {
            var asOf = DateOnly.ParseExact(Text(row, "asOf"), "yyyy-MM-dd", CultureInfo.InvariantCulture);
            newest = asOf > newest ? asOf : newest;
            var price = ReadRow(row, asOf) is { } read ? extras.Complete(read, row) : null;
            if (price is null)
                skipped.Add(new SkippedPrice(VendorOf(row), Text(row, "model"), "no price"));
            else if (price.Currency != Price.LedgerCurrency)
                skipped.Add(new SkippedPrice(price.Vendor, price.ModelName, $"priced in {price.Currency}"));
            else if (!price.IsUsable)
                skipped.Add(new SkippedPrice(price.Vendor, price.ModelName, "a zero price that nobody vouches for"));
            else
                prices.Add(price);
        }

        prices.AddRange(SandboxPrices.All);
        return new Contents(prices, skipped, newest);
    }

    // {"provider": "openai", "model": "gpt-5.4", "kind": "chat", "currency": "USD", "inputPerMTok": 2.5, "outputPerMTok": 15,
    //  "cachedInputPerMTok": 0.25, …, "perImage": null, "contextWindow": 1050000, "maxOutput": 128000, "asOf": "2026-03-05"}
    private static Price? ReadRow(JsonElement row, DateOnly asOf)
    {
        var vendor = VendorOf(row);
        var model = Text(row, "model");
        var price = new Price
        {
            Id = IdOf(vendor, model, asOf),
            Vendor = vendor,
            ModelName = model,
            ModelType = Text(row, "kind"),
            Currency = Text(row, "currency"),
            ContextWindow = Number(row, "contextWindow") is { } window ? (long)window : null,
            MaxOutput = Number(row, "maxOutput") is { } output ? (int)output : null,

            // A model on one's own machine has no list price, moderation is free; any other zero may be a price that the file's source lacks.
            Free = vendor == "ollama" || Text(row, "kind") == "moderation",
            EffectiveFrom = EffectiveFrom,
            Source = $"{Text(row, "source")}, as of {Date(asOf)}",
            Version = VersionOf(asOf),
        };

        // Some rows give two meters for one thing (tokens, and the same by image): tokens count, never both.
        if (Number(row, "inputPerMTok") is { } input)
        {
            return price with
            {
                UnitSize = PerMillion,
                InputPrice = input,
                OutputPrice = Number(row, "outputPerMTok") ?? 0,
                CachedInputPrice = Number(row, "cachedInputPerMTok"),
                CacheWritePrice = Number(row, "cacheWritePerMTok"),
                ReasoningPrice = Number(row, "reasoningPerMTok"),
            };
        }

        if (Number(row, "perImage") is { } image)
            return price with { BillingUnit = BillingUnits.Image, UnitSize = 1, OutputPrice = image };
        if (Number(row, "perMinuteAudio") is { } minute)
            return price with { BillingUnit = BillingUnits.Minute, UnitSize = 1, InputPrice = minute };
        if (Number(row, "perMCharacters") is { } characters)
            return price with { BillingUnit = BillingUnits.Character, UnitSize = PerMillion, InputPrice = characters };

        // Billed by the search alone, which the second file prices.
        return price.ModelType == "rerank" ? price with { UnitSize = PerMillion } : null;
    }

    // The file says azure, the accounts' kind is azure-openai.
    internal static string VendorOf(JsonElement row) => Text(row, "provider") is var vendor && vendor == "azure" ? "azure-openai" : vendor;

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static decimal? Number(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal() : null;

    private sealed record Contents(IReadOnlyList<Price> Prices, IReadOnlyList<SkippedPrice> Skipped, DateOnly Date);
}

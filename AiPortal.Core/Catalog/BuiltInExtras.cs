using System.Text.Json;
using AiPortal.Core.Catalog.Terms;

namespace AiPortal.Core.Catalog;

/// <summary>
/// What the built-in prices say beyond their rows, read from a second embedded file: context and service tiers, times of day,
/// promotions, prices of audio, images, longer caches and searches.
/// </summary>
internal sealed class BuiltInExtras
{
    private const string Resource = "AiPortal.Core.Catalog.model-prices-extras.json";
    private const decimal SearchesPerUnit = 1000;

    private readonly ILookup<(string Vendor, string Model), ContextTier> _contexts;
    private readonly ILookup<(string Vendor, string Model), ServiceTier> _services;
    private readonly Dictionary<(string Vendor, string Model), JsonElement> _rates;
    private readonly ILookup<string, TimeWindow> _windows;
    private readonly Dictionary<(string Vendor, string Model), Promotion> _promotions = [];
    private readonly Dictionary<(string Vendor, string Model), (decimal Input, decimal Output)> _afterPromotion = [];

    private BuiltInExtras(JsonElement file)
    {
        _contexts = Rows(file, "tiers").ToLookup(Key, ReadContext);
        // A row without an output price says too little to price by.
        _services = Rows(file, "serviceTiers").Where(row => Number(row, "outputPerMTok") is not null).ToLookup(Key, ReadService);
        _rates = Rows(file, "rateExtras").ToDictionary(Key);
        _windows = Rows(file, "timeWindows").ToLookup(row => row.GetProperty("provider").GetString()!, ReadWindow);
        foreach (var promotion in Rows(file, "promotions")) ReadPromotion(promotion);
    }

    public static BuiltInExtras Read()
    {
        using var stream = typeof(BuiltInExtras).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the assembly.");
        using var file = JsonDocument.Parse(stream);
        return new BuiltInExtras(file.RootElement.Clone());
    }

    /// <summary>The price with all that the file knows of it.</summary>
    /// <param name="price">As its row says; its vendor is the file's word.</param>
    /// <param name="row">Its row of the first file.</param>
    public Price Complete(Price price, JsonElement row)
    {
        var key = (price.Vendor, price.ModelName);
        var rates = _rates.GetValueOrDefault(key);
        var services = _services[key].ToList();
        var byToken = price.BillingUnit == BillingUnits.Token;
        if (byToken) AddMultipliers(price, 1 - Number(row, "batchDiscount"), services);
        var promotion = _promotions.GetValueOrDefault(key);
        var details = new PriceDetails
        {
            CacheWrite1hPrice = Number(rates, "cacheWrite1hPerMTok") ?? Number(rates, "cacheWrite12hPerMTok"),
            AudioInputPrice = Number(rates, "audioInputPerMTok"),
            AudioOutputPrice = Number(rates, "audioOutputPerMTok"),
            ImageInputPrice = Number(rates, "imageInputPerMTok"),
            TextOutputPrice = Number(rates, "textOutputPerMTok"),
            ImagePrice = byToken ? Number(row, "perImage") : null,
            MinutePrice = byToken ? Number(row, "perMinuteAudio") : null,
            CharacterPrice = byToken ? Number(row, "perMCharacters") : null,
            SearchPrice = Number(rates, "perThousandSearches") / SearchesPerUnit,
            ContextTiers = OrNull(_contexts[key]),
            ServiceTiers = OrNull(services),
            Regions = price.Vendor == "anthropic" ? [new RegionTerms { Name = "us", Multiplier = 1.1m }] : null,
            TimeWindows = byToken ? OrNull(_windows[price.Vendor]) : null,
            Promotions = promotion is null ? null : [promotion with
            {
                InputPrice = price.InputPrice,
                OutputPrice = price.OutputPrice,
                CachedInputPrice = price.CachedInputPrice,
            }],
        };
        if (_afterPromotion.TryGetValue(key, out var list))
        {
            // The row has the promotional figures; what it costs afterwards is the list price.
            price = price with
            {
                InputPrice = list.Input,
                OutputPrice = list.Output,
                CachedInputPrice = price.CachedInputPrice * list.Input / price.InputPrice,
            };
        }

        return details.IsEmpty ? price : price with { Details = details };
    }

    private static void AddMultipliers(Price price, decimal? batchMultiplier, List<ServiceTier> services)
    {
        if (batchMultiplier is { } batch) services.Add(new ServiceTier { Name = "batch", Multiplier = batch });
        if (price.Vendor != "openai") return;
        if (!services.Any(tier => tier.Name == "flex")) services.Add(new ServiceTier { Name = "flex", Multiplier = 0.5m });
        if (price.ModelName.StartsWith("gpt-6.1", StringComparison.Ordinal)) services.Add(new ServiceTier { Name = "fast", Multiplier = 2 });
    }

    private static ContextTier ReadContext(JsonElement row)
    {
        var threshold = row.GetProperty("thresholdInputTokens").GetInt64();
        var inclusive = row.GetProperty("appliesWhen").GetString()!.Contains(">=", StringComparison.Ordinal);
        return new ContextTier
        {
            Above = inclusive ? threshold - 1 : threshold,
            InputPrice = Number(row, "inputPerMTok"),
            OutputPrice = Number(row, "outputPerMTok"),
            CachedInputPrice = Number(row, "cachedInputPerMTok"),
            CacheWritePrice = Number(row, "cacheWritePerMTok"),
        };
    }

    private static ServiceTier ReadService(JsonElement row) => new()
    {
        Name = row.GetProperty("serviceTier").GetString()!,
        InputPrice = Number(row, "inputPerMTok"),
        OutputPrice = Number(row, "outputPerMTok"),
        CachedInputPrice = Number(row, "cachedInputPerMTok"),
    };

    // The rows have the peak's price; holidays are not in the file, so they are charged as any other day.
    private static TimeWindow ReadWindow(JsonElement row) => new()
    {
        Name = "off_peak",
        Outside = true,
        Days = [.. row.GetProperty("peakDays").EnumerateArray().Select(day => day.GetString()!.ToLowerInvariant())],
        Hours = [.. row.GetProperty("peakUtc").EnumerateArray().Select(hours => hours.GetString()!)],
        From = row.GetProperty("effectiveFrom").GetDateTimeOffset(),
        Multiplier = Number(row, "offPeakMultiplier"),
    };

    private void ReadPromotion(JsonElement row)
    {
        var last = DateOnly.Parse(row.GetProperty("until").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        var then = row.GetProperty("then");
        foreach (var model in row.GetProperty("models").EnumerateArray())
        {
            var key = (row.GetProperty("provider").GetString()!, model.GetString()!);
            _promotions[key] = new Promotion { Name = "introductory", Until = new DateTimeOffset(last.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) };
            _afterPromotion[key] = (Number(then, "inputPerMTok")!.Value, Number(then, "outputPerMTok")!.Value);
        }
    }

    private static JsonElement.ArrayEnumerator Rows(JsonElement file, string name) => file.GetProperty(name).EnumerateArray();

    private static (string Vendor, string Model) Key(JsonElement row) =>
        (BuiltInCatalogue.VendorOf(row), row.GetProperty("model").GetString()!);

    private static T[]? OrNull<T>(IEnumerable<T> rows) => rows.ToArray() is { Length: > 0 } some ? some : null;

    private static decimal? Number(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDecimal() : null;
}

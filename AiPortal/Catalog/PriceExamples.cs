using AiPortal.Api;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Terms;

namespace AiPortal.Catalog;

/// <summary>What the API's document shows of prices.</summary>
internal static class PriceExamples
{
    public static object Draft { get; } = new { name = "gpt-5.4", provider = "openai", input_price = 2.5m, cached_input_price = 0.25m, output_price = 15m, unit_size = 1_000_000 };

    public static PriceView Row { get; } = new(ApiExamples.Id, ApiExamples.Id, "gpt-5.4", "openai", null, "openai", "chat", "ai_api", BillingUnits.Token, 2.5m, 15m, 0m, 1_000_000,
        0.25m, null, null, "USD", 1_050_000, 128_000, false, ApiExamples.Instant, null, "Our contract of 2026",
        new PriceDetails { ContextTiers = [new ContextTier { Above = 272_000, InputPrice = 5, OutputPrice = 22.5m, CachedInputPrice = 0.5m }], ServiceTiers = [new ServiceTier { Name = "batch", Multiplier = 0.5m }] }, false, 1, ApiExamples.Instant, ApiExamples.Instant);

    public static PriceEffectView Effect { get; } = new(ApiExamples.Instant, ApiExamples.Instant.AddDays(30), 4812, 0, 0, 120.5m, 96.4m, -24.1m, false, "USD");

    public static object Question { get; } = new { model = "gpt-5.4", input_units = 1200, output_units = 300, count = 1000 };

    public static EstimateView Answer { get; } = new("gpt-5.4", "openai", ApiExamples.Id, 1, "USD", 1200, 300, 1000, 3m, 0m, 4.5m, 0m, 0m, 7.5m, 0.0075m);
}

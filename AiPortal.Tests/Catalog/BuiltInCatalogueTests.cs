using System.Globalization;
using AiPortal.Core.Catalog;
using Xunit;

namespace AiPortal.Tests.Catalog;

public sealed class BuiltInCatalogueTests
{
    [Fact]
    public void Prices_EveryRow_IsUsableUniqueAndOld()
    {
        var prices = BuiltInCatalogue.Prices;

        Assert.Equal(249 - 2 + 3, prices.Count);
        Assert.All(prices, price => Assert.True(price.IsUsable, price.ModelName));
        Assert.Equal(prices.Count, prices.Select(price => price.Id).Distinct().Count());
        Assert.Equal(prices.Count, prices.Select(price => (price.Vendor, price.ModelName)).Distinct().Count());
        Assert.All(prices, price => Assert.Equal(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), price.EffectiveFrom));
        Assert.Equal(new DateOnly(2026, 11, 21), BuiltInCatalogue.CatalogueDate);
    }

    [Fact]
    public void Prices_TokenRow_IsReadAsTheFileSays()
    {
        var price = Find("openai", "gpt-5.4");

        Assert.Equal((2.5m, 15m, 0.25m, 1_000_000L), (price.InputPrice, price.OutputPrice, price.CachedInputPrice, price.UnitSize));
        Assert.Equal((1_050_000L, 128_000), (price.ContextWindow, price.MaxOutput));
        Assert.Equal(("chat", "ai_api", "token", "USD", 20260305), (price.ModelType, price.CostType, price.BillingUnit, price.Currency, price.Version));
        Assert.EndsWith("as of 2026-03-05", price.Source, StringComparison.Ordinal);
        Assert.Null(price.CacheWritePrice);
        Assert.False(price.Free);
        Assert.Equal(4m, Find("dashscope", "qwen-plus").ReasoningPrice);
    }

    [Theory]
    [InlineData("openai", "dall-e-3", "image", 1, "0", "0.04")]
    [InlineData("openai", "whisper-1", "minute", 1, "0.006", "0")]
    [InlineData("openai", "tts-1", "character", 1_000_000, "15", "0")]
    [InlineData("gemini", "gemini-2.5-flash-image", "token", 1_000_000, "0.3", "30")] // by image too: never both
    [InlineData("openai", "text-embedding-3-small", "token", 1_000_000, "0.02", "0")]
    public void Prices_OtherMeters_KeepTheirUnit(string vendor, string model, string unit, long size, string input, string output)
    {
        var price = Find(vendor, model);

        Assert.Equal((unit, size), (price.BillingUnit, price.UnitSize));
        Assert.Equal(decimal.Parse(input, CultureInfo.InvariantCulture), price.InputPrice);
        Assert.Equal(decimal.Parse(output, CultureInfo.InvariantCulture), price.OutputPrice);
    }

    [Fact]
    public void Prices_Free_OnlyWhereNobodyCharges()
    {
        Assert.All(BuiltInCatalogue.Prices, price => Assert.Equal(price.Vendor == "ollama" || price.ModelType == "moderation", price.Free));
        Assert.DoesNotContain(BuiltInCatalogue.Prices, price => price.Vendor == "azure");
        Assert.Contains(BuiltInCatalogue.Prices, price => price.Vendor == "azure-openai");
    }

    [Fact]
    public void Skipped_RowsWithoutPrice_AreListedWithTheReason() =>
        Assert.Equal(
            [
                "zhipu/glm-4.5-flash: a zero price that nobody vouches for",
                "zhipu/glm-4.7-flash: a zero price that nobody vouches for",
            ],
            BuiltInCatalogue.Skipped.Select(row => $"{row.Vendor}/{row.ModelName}: {row.Reason}").Order(StringComparer.Ordinal));

    [Fact]
    public void Ids_SameRow_AreTheSameEverywhere()
    {
        // Fixed for good: a database seeded by an earlier version holds these ids.
        Assert.Equal(new Guid("09b85dbb-7ed6-85c2-8fec-5d6732906b65"), Find("openai", "gpt-5.4").Id);
        Assert.Equal(8, Find("openai", "gpt-5.4").Id.Version);
    }

    [Fact]
    public void Sandbox_Models_ArePricedAndLabelled()
    {
        var sandbox = BuiltInCatalogue.Prices.Where(price => price.Vendor == "sandbox").ToList();

        Assert.Equal(["sandbox-small", "sandbox-large", "sandbox-reasoning"], sandbox.Select(price => price.ModelName));
        Assert.All(sandbox, price => Assert.StartsWith("Sandbox:", price.Source, StringComparison.Ordinal));
        Assert.All(sandbox, price => Assert.True(price.InputPrice > 0 && price.OutputPrice > 0 && !price.Free));
    }

    private static Price Find(string vendor, string model) =>
        BuiltInCatalogue.Prices.Single(price => price.Vendor == vendor && price.ModelName == model);
}

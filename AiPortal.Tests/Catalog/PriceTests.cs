using AiPortal.Core.Catalog;
using AiPortal.Core.Money;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AiPortal.Tests.Catalog;

public sealed class PriceTests
{
    [Theory]
    [InlineData(100, 30, 0, 50, 20, 70, 30, 0, 30, 20)]
    [InlineData(100, 30, 10, 50, 0, 60, 30, 10, 50, 0)]
    [InlineData(100, 500, 10, 50, 70, 0, 100, 0, 0, 50)] // parts above their whole
    [InlineData(-1, 5, 5, -1, 5, 0, 0, 0, 0, 0)]
    [InlineData(long.MaxValue, 0, 0, long.MaxValue, 0, Usage.MaxCount, 0, 0, Usage.MaxCount, 0)]
    public void FromTotals_PartsInside_AreTakenOutOnce(
        long prompt, long cached, long write, long completion, long reasoning,
        long input, long cachedInput, long cacheWrite, long output, long thought)
    {
        var usage = Usage.FromTotals(prompt, cached, write, completion, reasoning);

        Assert.Equal(new Usage(input, cachedInput, cacheWrite, output, thought), usage);
        Assert.Equal(Math.Clamp(prompt, 0, Usage.MaxCount), usage.TotalInput);
        Assert.Equal(Math.Clamp(completion, 0, Usage.MaxCount), usage.TotalOutput);
    }

    [Fact]
    public void Ceiling_AnyUsageWithinIt_IsNeverBelowTheCost() =>
        Check.QuickThrowOnFailure(Prop.ForAll<int[], int[]>((counts, prices) =>
        {
            long Count(int i) => i < counts.Length ? Math.Abs((long)counts[i]) : i;
            decimal Value(int i) => i < prices.Length ? Math.Abs((decimal)prices[i]) / 7 : 0;
            var price = Prices.Row(Value(0), Value(1)) with
            {
                BasePrice = Value(2),
                CachedInputPrice = Value(3),
                CacheWritePrice = Value(4),
                ReasoningPrice = Value(5),
                UnitSize = 1 + (Count(9) % 3_000),
            };
            var usage = new Usage(Count(0), Count(1), Count(2), Count(3), Count(4));
            return price.Ceiling(usage.TotalInput, usage.TotalOutput) >= price.CostOf(usage).Total;
        }));

    [Fact]
    public void Ceiling_PriceWithoutRounding_IsTheCostExactly()
    {
        // M01 wants holds of exactly $0.02: 100 × 100/M + 10 × 1000/M.
        var price = Prices.Row(100, 1_000);

        Assert.Equal(0.02m, price.Ceiling(100, 10));
        Assert.Equal(0.02m, price.CostOf(new Usage(100, 0, 0, 10, 0)).Total);
    }

    [Fact]
    public void Ceiling_DearestKinds_CountForAll()
    {
        var price = Prices.Row(3, 15) with { CachedInputPrice = 0.3m, CacheWritePrice = 3.75m, ReasoningPrice = 20, BasePrice = 0.01m };

        // 1,000 × 3.75/M + 100 × 20/M + 0.01
        Assert.Equal(0.01575m, price.Ceiling(1_000, 100));
    }

    [Fact]
    public void Ceiling_NegativeCount_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Prices.Row(1, 1).Ceiling(-1, 1));

    [Theory]
    [InlineData(-1, 0, 0, 0, 0)]
    [InlineData(0, -1, 0, 0, 0)]
    [InlineData(0, 0, -1, 0, 0)]
    [InlineData(0, 0, 0, -1, 0)]
    [InlineData(0, 0, 0, 0, -1)]
    public void CostOf_NegativeCount_Throws(long input, long cached, long write, long output, long reasoning) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Prices.Row(1, 1).CostOf(new Usage(input, cached, write, output, reasoning)));

    [Fact]
    public void CostOf_PriceByImage_Throws()
    {
        var price = Prices.Row(0, 0.04m) with { BillingUnit = BillingUnits.Image, UnitSize = 1 };

        Assert.False(price.PricesCalls);
        Assert.Throws<InvalidOperationException>(() => price.CostOf(new Usage(1, 0, 0, 1, 0)));
        Assert.Equal(0.08m, price.CostOfUnits(0, 2).Total);
    }

    [Fact]
    public void IsUsable_BadRows_AreNot()
    {
        var good = Prices.Row(1, 1);

        Assert.True(good.IsUsable);
        Assert.False(Prices.Row(0, 0).IsUsable);
        Assert.True((Prices.Row(0, 0) with { Free = true }).IsUsable);
        Assert.True((Prices.Row(0, 0) with { BasePrice = 0.01m }).IsUsable);
        Assert.False((good with { InputPrice = -1 }).IsUsable);
        Assert.False((good with { CachedInputPrice = -1 }).IsUsable);
        Assert.False((good with { UnitSize = 0 }).IsUsable);
        Assert.False((good with { Currency = "CNY" }).IsUsable);
        Assert.False((good with { OutputPrice = 101, UnitSize = 1 }).IsUsable);
    }

    [Fact]
    public void CostOf_DearestUsableRowAndLargestUsage_FitsTheLedger()
    {
        var price = Prices.Row(100, 100) with { UnitSize = 1, BasePrice = 1_000_000 };
        var usage = Usage.FromTotals(long.MaxValue, 0, 0, long.MaxValue, 0);

        Assert.True(price.IsUsable);
        Assert.True(Usd.IsStorable(price.CostOf(usage).Total));
        Assert.True(Usd.IsStorable(price.Ceiling(usage.TotalInput, usage.TotalOutput)));
    }
}

using System.Globalization;
using AiPortal.Core.Catalog;
using AiPortal.Core.Money;
using Xunit;

namespace AiPortal.Tests.Catalog;

/// <summary>RELIABILITY M11 and M12: costs worked out by hand. Each comment is the whole calculation.</summary>
public sealed class GoldenCostTests
{
    // price: input/cached/write/output/reasoning/base@unit, "-" for none; usage: prompt/cached/write/completion/reasoning, parts inside
    public static TheoryData<string, string, string> Vectors => new()
    {
        // 1,000 × 2.5/M + 500 × 10/M = 0.0025 + 0.005
        { "2.5/-/-/10/-/0@1000000", "1000/0/0/500/0", "0.0075" },
        // one token of $0.02 a million
        { "0.02/-/-/0/-/0@1000000", "1/0/0/0/0", "0.00000002" },
        // one token of $0.15 a million
        { "0.15/-/-/0.6/-/0@1000000", "1/0/0/0/0", "0.00000015" },
        // 1,000,000 prompt, 900,000 of it cached: 100,000 × 2.5/M + 900,000 × 1.25/M = 0.25 + 1.125; cached priced twice gives 3.625
        { "2.5/1.25/-/10/-/0@1000000", "1000000/900000/0/0/0", "1.375" },
        // 262,960 prompt, 257,955 cached: 5,005 × 1.25/M + 257,955 × 0.625/M + 1,744 × 10/M = 0.00625625 + 0.161221875 + 0.01744
        { "1.25/0.625/-/10/-/0@1000000", "262960/257955/0/1744/0", "0.184918125" },
        // the same without a cached price: 262,960 × 1.25/M + 0.01744 = 0.3287 + 0.01744
        { "1.25/-/-/10/-/0@1000000", "262960/257955/0/1744/0", "0.34614" },
        // 20,212 prompt, 16,298 cached, 931 out: 3,914 × 0.5/M + 16,298 × 0.05/M + 931 × 3/M = 0.001957 + 0.0008149 + 0.002793
        { "0.5/0.05/-/3/-/0@1000000", "20212/16298/0/931/0", "0.0055649" },
        // everything cached: 2,048 × 0.075/M
        { "0.15/0.075/-/0.6/-/0@1000000", "2048/2048/0/0/0", "0.0001536" },
        // cache write: 9 × 3/M + 17,102 × 3.75/M + 12 × 15/M = 0.000027 + 0.0641325 + 0.00018
        { "3/0.3/3.75/15/-/0@1000000", "17111/0/17102/12/0", "0.0643395" },
        // cache read and write: 10 × 3/M + 66,360 × 0.3/M + 32,435 × 3.75/M + 5,120 × 15/M = 0.00003 + 0.019908 + 0.12163125 + 0.0768
        { "3/0.3/3.75/15/-/0@1000000", "98805/66360/32435/5120/0", "0.21836925" },
        // cache write without a price of its own: 100 × 3/M + 900 × 3/M
        { "3/0.3/-/15/-/0@1000000", "1000/0/900/0/0", "0.003" },
        // reasoning inside completion, at the output price: 100 × 1.1/M + 1,000 × 4.4/M = 0.00011 + 0.0044
        { "1.1/-/-/4.4/-/0@1000000", "100/0/0/1000/800", "0.00451" },
        // reasoning at its own price: 100 × 0.4/M + 200 × 1.2/M + 800 × 4/M = 0.00004 + 0.00024 + 0.0032
        { "0.4/-/-/1.2/4/0@1000000", "100/0/0/1000/800", "0.00348" },
        // base price beside tokens: 0.001 + 10 × 5/M + 10 × 30/M = 0.001 + 0.00005 + 0.0003
        { "5/-/-/30/-/0.001@1000000", "10/0/0/10/0", "0.00135" },
        // base price alone, whatever was used
        { "0/-/-/0/-/0.005@1000000", "123456/0/0/789/0", "0.005" },
        // unit of a thousand: 1,500 ÷ 1000 × 0.0015 + 250 ÷ 1000 × 0.002 = 0.00225 + 0.0005
        { "0.0015/-/-/0.002/-/0@1000", "1500/0/0/250/0", "0.00275" },
        // unit of one
        { "0.000001/-/-/0.000002/-/0@1", "3/0/0/4/0", "0.000011" },
        // odd unit, each kind rounded once, half-even: 1 ÷ 3 = 0.333333333333|33 and 2 ÷ 3 = 0.666666666666|67
        { "1/-/-/1/-/0@3", "1/0/0/2/0", "1" },
        // odd unit of three kinds: 3 × 0.333333333333 — the sum of the rounded kinds, not the rounded sum
        { "1/1/1/1/-/0@3", "3/1/1/0/0", "0.999999999999" },
        // below a pico-dollar: 1 × 0.0000005/M = 0.0000000000005, a tie, goes to even
        { "0.0000005/-/-/0/-/0@1000000", "1/0/0/0/0", "0" },
        // 3 × the same = 0.0000000000015, a tie, goes to even
        { "0.0000005/-/-/0/-/0@1000000", "3/0/0/0/0", "0.000000000002" },
        // dear: 1,050,000 × 30/M + 128,000 × 180/M = 31.5 + 23.04
        { "30/3/-/180/-/0@1000000", "1050000/0/0/128000/128000", "54.54" },
        // embedding: 8,191 × 0.13/M
        { "0.13/-/-/0/-/0@1000000", "8191/0/0/0/0", "0.00106483" },
        // nothing used
        { "2.5/-/-/10/-/0@1000000", "0/0/0/0/0", "0" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void CostOf_GoldenVector_IsExact(string price, string usage, string expected)
    {
        foreach (var culture in (string[])["", "tr-TR", "de-DE", "fa-IR", "zh-CN"])
        {
            using var _ = new Culture(culture);
            var row = ReadPrice(price);

            var cost = row.CostOf(ReadUsage(usage));

            Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), cost.Total);
            Assert.Equal(cost.Total, cost.Input + cost.CachedInput + cost.CacheWrite + cost.Output + cost.Reasoning + cost.Base);
            Assert.True(Usd.IsStorable(cost.Total));
        }
    }

    [Fact]
    public void CostOf_PriceByRequest_CountsTheCallAndNotItsTokens()
    {
        var price = Prices.Row(2, 7) with { BillingUnit = BillingUnits.Request, UnitSize = 1_000, BasePrice = 0.0005m };

        // 1 ÷ 1000 × 2 + 0.0005
        Assert.Equal(0.0025m, price.CostOf(new Usage(4_000, 0, 0, 900, 100)).Total);
        Assert.Equal(0.0025m, price.Ceiling(4_000, 1_000));
    }

    [Fact]
    public void CostOfUnits_ByMinute_TakesFractions()
    {
        var price = Prices.Row(0.006m, 0) with { BillingUnit = BillingUnits.Minute, UnitSize = 1 };

        // 2.5 × 0.006
        Assert.Equal(0.015m, price.CostOfUnits(2.5m, 0).Total);
    }

    [Fact]
    public void CostOf_KindsOfOneCall_EachAtItsOwnPrice()
    {
        var price = Prices.Row(3, 15) with { CachedInputPrice = 0.3m, CacheWritePrice = 3.75m, ReasoningPrice = 20, BasePrice = 0.01m };

        var cost = price.CostOf(new Usage(100, 200, 300, 400, 500));

        Assert.Equal(new Cost(0.0003m, 0.00006m, 0.001125m, 0.006m, 0.01m, 0.01m), cost);
        Assert.Equal(0.001485m, cost.TotalInput);
        Assert.Equal(0.016m, cost.TotalOutput);
        Assert.Equal(0.027485m, cost.Total);
    }

    [Fact]
    public void CostOf_AMillionTinyCalls_SumExactlyUnderEveryGrouping()
    {
        var random = new Random(12);
        var costs = new decimal[1_000_000];
        Int128 exact = 0;
        for (var i = 0; i < costs.Length; i++)
        {
            var cents = random.Next(2, 16);
            costs[i] = Prices.Row(cents / 100m, 0).CostOf(new Usage(1, 0, 0, 0, 0)).Total;
            exact += cents * 10_000; // pico-dollars: cents/100 a million tokens
        }

        var straight = costs.Sum();
        var grouped = costs.Select((cost, i) => (cost, group: random.Next(1 + (i % 997)))).GroupBy(x => x.group)
            .Sum(group => group.Sum(x => x.cost));

        Assert.Equal(Usd.FromPico(exact), straight);
        Assert.Equal(straight, grouped);
    }

    private static Price ReadPrice(string text)
    {
        var halves = text.Split('@');
        var values = halves[0].Split('/')
            .Select(value => value == "-" ? (decimal?)null : decimal.Parse(value, CultureInfo.InvariantCulture)).ToArray();
        return Prices.Row(values[0]!.Value, values[3]!.Value) with
        {
            CachedInputPrice = values[1],
            CacheWritePrice = values[2],
            ReasoningPrice = values[4],
            BasePrice = values[5]!.Value,
            UnitSize = long.Parse(halves[1], CultureInfo.InvariantCulture),
        };
    }

    private static Usage ReadUsage(string text)
    {
        var counts = text.Split('/').Select(count => long.Parse(count, CultureInfo.InvariantCulture)).ToArray();
        return Usage.FromTotals(counts[0], counts[1], counts[2], counts[3], counts[4]);
    }

    private sealed class Culture : IDisposable
    {
        private readonly CultureInfo _before = CultureInfo.CurrentCulture;

        public Culture(string name) => CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);

        public void Dispose() => CultureInfo.CurrentCulture = _before;
    }
}

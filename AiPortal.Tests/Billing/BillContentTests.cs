using AiPortal.Core.Billing;
using AiPortal.Core.Money;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AiPortal.Tests.Billing;

public sealed class BillContentTests
{
    private static readonly BillNames NoNames = new(
        new Dictionary<Guid, string>(), new Dictionary<Guid, string>(), new Dictionary<Guid, string>());

    /// <summary>Amounts of a pico-dollar to a million dollars, both signs, under rates of eight decimals.</summary>
    [Fact]
    public void Assemble_AnyAmountsAndRate_PrintedLinesAddUpToPrintedTotals()
    {
        var section = Gen.Elements(BillSections.Usage, BillSections.Usage, BillSections.Adjustment, BillSections.Unresolved);
        var amount = from pico in Gen.Choose(-2_000_000_000, 2_000_000_000)
                     from scale in Gen.Elements(0, 3, 6)
                     select pico * Usd.Step * Pow10(scale);
        var sum = from s in section from a in amount from n in Gen.Choose(0, 999_999) select SumOf(s, $"model-{n}", a);
        var rate = from units in Gen.Choose(1, 2_000_000_000) from decimals in Gen.Elements(2, 5, 8) select units / Pow10(decimals);
        var cases = from sums in Gen.ListOf(sum) from r in Gen.OneOf(rate, Gen.Constant(1m)) select (sums, r);

        Prop.ForAll(cases.ToArbitrary(), input =>
        {
            var bill = BillContent.Assemble(input.sums, NoNames, input.r);
            decimal Printed(string name) => bill.Lines.Where(line => line.Section == name).Sum(line => line.Amount);
            var exact = bill.Lines.Where(line => line.Section != BillSections.Unresolved).Sum(line => Usd.Round12(line.AmountUsd * input.r));
            Assert.Equal(bill.Subtotal, Printed(BillSections.Usage));
            Assert.Equal(bill.Adjustments, Printed(BillSections.Adjustment));
            Assert.Equal(bill.Unresolved, Printed(BillSections.Unresolved));
            Assert.Equal(bill.Total, bill.Subtotal + bill.Adjustments);
            Assert.Equal(decimal.Round(exact, 2, MidpointRounding.ToEven), bill.Total);
            Assert.All(bill.Lines, line => Assert.True(Math.Abs(line.Amount - (line.AmountUsd * input.r)) < 0.01m + Usd.Step));
            Assert.All(bill.Lines, line => Assert.Equal(decimal.Round(line.Amount, 2), line.Amount));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Assemble_ThreeThirdsOfACent_PrintsTheCentOnce()
    {
        var bill = BillContent.Assemble(
            [SumOf(BillSections.Usage, "a", 0.003334m), SumOf(BillSections.Usage, "b", 0.003333m), SumOf(BillSections.Usage, "c", 0.003333m)], NoNames, 1m);

        Assert.Equal([0.01m, 0m, 0m], bill.Lines.Select(line => line.Amount));
        Assert.Equal((0.01m, 0.01m), (bill.Total, bill.TotalUsd));
    }

    [Fact]
    public void Assemble_RefundAndUnknown_RefundInsideTheTotalUnknownOutside()
    {
        var bill = BillContent.Assemble(
            [SumOf(BillSections.Usage, "a", 10m), SumOf(BillSections.Adjustment, "a", -2.5m), SumOf(BillSections.Unresolved, "a", 4m)], NoNames, 1m);

        Assert.Equal((10m, -2.5m, 4m, 7.5m, 7.5m), (bill.Subtotal, bill.Adjustments, bill.Unresolved, bill.Total, bill.TotalUsd));
    }

    [Fact]
    public void Assemble_AnyOrder_GivesTheSameLines()
    {
        BillSum[] sums = [.. Enumerable.Range(0, 50).Select(i => SumOf(BillSections.Usage, $"m{i % 7}", i / 3m) with { CostType = $"t{i}" })];
        var one = BillContent.Assemble(sums, NoNames, 7.1m);
        var other = BillContent.Assemble(sums.Reverse(), NoNames, 7.1m);

        Assert.Equal(one.Lines.Select(line => (line.LineNo, line.ModelName, line.CostType, line.Amount)),
            other.Lines.Select(line => (line.LineNo, line.ModelName, line.CostType, line.Amount)));
    }

    [Fact]
    public void Assemble_OnlyFailedAttempts_MakesNoLine() =>
        Assert.Empty(BillContent.Assemble([SumOf(BillSections.Usage, "a", 0m) with { Requests = 0 }], NoNames, 1m).Lines);

    private static BillSum SumOf(string section, string model, decimal usd) => new()
    {
        Section = section,
        ProviderName = "openai",
        ModelName = model,
        CostType = "ai_api",
        Requests = 1,
        AmountUsd = usd,
    };

    private static decimal Pow10(int exponent) => Enumerable.Repeat(10m, exponent).Aggregate(1m, (a, b) => a * b);
}

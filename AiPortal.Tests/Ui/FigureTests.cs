using AiPortal.Ui.Figures;
using Xunit;

namespace AiPortal.Tests.Ui;

public sealed class FigureTests
{
    [Fact]
    public void BudgetParts_WithinTheLimit_LeaveTheRestFree() => Assert.Equal(new BudgetParts(0.42m, 0.09m, 49, 0, 1), BudgetParts.Of(42, 9, 100));

    [Fact]
    public void BudgetParts_PastTheLimit_ScaleTheBarAndTellTheExcess()
    {
        var parts = BudgetParts.Of(110, 15, 100);
        Assert.Equal((0.88m, 0.12m, 0.8m), (parts.SpentShare, parts.HeldShare, parts.LimitShare));
        Assert.Equal((0m, 25m), (parts.Free, parts.Over));
    }

    [Fact]
    public void BudgetParts_OfNothing_AreEmpty() => Assert.Equal(new BudgetParts(0, 0, 0, 0, 1), BudgetParts.Of(0, 0, 0));

    [Fact]
    public void Sparkline_WithMissingValues_BreaksIntoRunsFromZero()
    {
        var paths = SparklinePath.Of([0, 10, null, 5, 5]);
        Assert.Equal(["M0 27L25 2", "M75 14.5L100 14.5"], paths.Select(path => path.Line));
        Assert.Equal("M0 27L25 2L25 27L0 27Z", paths[0].Area);
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new double[] { 3 })]
    public void Sparkline_OfFewerThanTwoValues_DrawsNothing(double[] values) => Assert.Empty(SparklinePath.Of([.. values.Select(value => (decimal?)value)]));

    [Fact]
    public void SeriesColors_GivenAnEntityAgain_KeepItsColour()
    {
        var colors = new SeriesColors();
        var first = colors.For("gpt-4.1");
        var given = Enumerable.Range(0, 9).Select(i => colors.For($"model {i}")).ToList();
        Assert.Equal(first, colors.For("gpt-4.1"));
        Assert.Equal(7, given.Take(6).Append(first).Distinct().Count());
        Assert.All(given.Skip(6), color => Assert.Equal(SeriesColors.Other, color));
    }
}

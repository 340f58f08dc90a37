using AiPortal.Core.Money;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AiPortal.Tests.Money;

public sealed class ApportionTests
{
    [Fact]
    public void Round_ThreeThirds_AddUpToTheTotal() =>
        Assert.Equal([0.34m, 0.33m, 0.33m], Apportion.Round([1m / 3, 1m / 3, 1m / 3], 2));

    [Fact]
    public void Round_EqualRemainders_RaisesTheEarlierLines() =>
        // The sum is 0.020 exactly; each line alone would round to 0.00 (half-even) and print a total of nothing.
        Assert.Equal([0.01m, 0.01m, 0m, 0m], Apportion.Round([0.005m, 0.005m, 0.005m, 0.005m], 2));

    [Fact]
    public void Round_CreditsAmongLines_KeepsTheTotal() =>
        // −0.125 + 0.250 + 1.005 = 1.130; floors −0.13 + 0.25 + 1.00 = 1.12; one cent goes to the first of two halves.
        Assert.Equal([-0.12m, 0.25m, 1.00m], Apportion.Round([-0.125m, 0.25m, 1.005m], 2));

    [Fact]
    public void Round_NoLines_IsEmpty() => Assert.Empty(Apportion.Round([], 2));

    [Theory]
    [InlineData(-1)]
    [InlineData(13)]
    public void Round_DecimalsOutOfRange_Throws(int decimals) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportion.Round([1m], decimals));

    [Fact]
    public void Round_AnyLines_AddUpAndStayWithinOneStep() =>
        Check.QuickThrowOnFailure(Prop.ForAll<long[], byte>((picos, places) =>
        {
            var decimals = places % 7;
            var lines = picos.Select(pico => Usd.FromPico(pico)).ToArray();
            var printed = Apportion.Round(lines, decimals);
            var step = new decimal(1, 0, 0, false, (byte)decimals);
            return printed.Sum() == Apportion.RoundTotal(lines.Sum(), decimals)
                && printed.Zip(lines).All(pair => Math.Abs(pair.First - pair.Second) < step)
                && printed.All(line => decimal.Round(line, decimals) == line)
                && printed.SequenceEqual(Apportion.Round(lines, decimals));
        }));

    [Fact]
    public void Round_ManySmallLines_AddUp()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 200; round++)
        {
            var lines = Enumerable.Range(0, random.Next(1, 400))
                .Select(_ => Usd.FromPico(random.NextInt64(-1_000_000, 40_000_000_000))).ToArray();
            Assert.Equal(Apportion.RoundTotal(lines.Sum(), 2), Apportion.Round(lines, 2).Sum());
        }
    }
}

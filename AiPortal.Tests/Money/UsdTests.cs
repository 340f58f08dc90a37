using System.Globalization;
using AiPortal.Core.Money;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AiPortal.Tests.Money;

public sealed class UsdTests
{
    [Theory]
    [InlineData("0.0000000000005", "0")]
    [InlineData("0.0000000000015", "0.000000000002")]
    [InlineData("0.0000000000025", "0.000000000002")]
    [InlineData("0.00000000000250001", "0.000000000003")]
    [InlineData("-0.0000000000015", "-0.000000000002")]
    [InlineData("1.123456789012", "1.123456789012")]
    public void Round12_Ties_GoToEven(string amount, string expected) =>
        Assert.Equal(Parse(expected), Usd.Round12(Parse(amount)));

    [Theory]
    [InlineData("0.0000000000001", "0.000000000001")]
    [InlineData("0.02", "0.02")]
    [InlineData("-0.0000000000019", "-0.000000000001")]
    public void Ceiling12_MoreThanTwelveDecimals_RoundsUp(string amount, string expected) =>
        Assert.Equal(Parse(expected), Usd.Ceiling12(Parse(amount)));

    [Fact]
    public void Round12_BeyondTheColumn_Throws()
    {
        Assert.Equal(Usd.MaxValue, Usd.Round12(Usd.MaxValue));
        Assert.Throws<OverflowException>(() => Usd.Round12(1_000_000_000_000m));
        Assert.Throws<OverflowException>(() => Usd.Round12(-1_000_000_000_000m));
        Assert.False(Usd.IsStorable(1_000_000_000_000m));
        Assert.False(Usd.IsStorable(0.0000000000001m));
        Assert.True(Usd.IsStorable(Usd.MinValue));
    }

    [Fact]
    public void ToPico_MoreThanTwelveDecimals_Throws() =>
        Assert.Throws<ArgumentException>(() => Usd.ToPico(0.0000000000001m));

    [Fact]
    public void Pico_WholeRange_RoundTrips()
    {
        Assert.Equal(150_000, Usd.ToPico(0.00000015m));
        Assert.Equal(Usd.MaxValue, Usd.FromPico(Usd.ToPico(Usd.MaxValue)));
        Assert.Equal(Usd.MinValue, Usd.FromPico(Usd.ToPico(Usd.MinValue)));
        Check.QuickThrowOnFailure(Prop.ForAll<long, int>((whole, rest) =>
        {
            var amount = (whole % 1_000_000_000_000) + (rest * 0.000000000001m);
            return Usd.FromPico(Usd.ToPico(amount)) == amount;
        }));
    }

    private static decimal Parse(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

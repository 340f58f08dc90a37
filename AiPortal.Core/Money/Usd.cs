namespace AiPortal.Core.Money;

/// <summary>US dollars as <see cref="decimal"/> with twelve decimals, the precision of <c>numeric(24,12)</c>.</summary>
public static class Usd
{
    /// <summary>Decimals that an amount keeps; one token at $0.15 a million is $0.00000015, so six would lose it.</summary>
    public const int Decimals = 12;

    /// <summary>The largest amount that a <c>numeric(24,12)</c> column holds.</summary>
    public const decimal MaxValue = 999_999_999_999.999999999999m;

    /// <summary>The smallest amount that a <c>numeric(24,12)</c> column holds.</summary>
    public const decimal MinValue = -MaxValue;

    /// <summary>The smallest step between two amounts, one pico-dollar.</summary>
    public const decimal Step = 0.000000000001m;

    private const long PicoPerUsd = 1_000_000_000_000;

    /// <summary>Rounds half-even to twelve decimals.</summary>
    /// <exception cref="OverflowException">The amount does not fit the ledger's column.</exception>
    public static decimal Round12(decimal amount) => Bounded(decimal.Round(amount, Decimals, MidpointRounding.ToEven));

    /// <summary>Rounds up to twelve decimals: what a hold takes, so that it never falls short of the cost.</summary>
    /// <exception cref="OverflowException">The amount does not fit the ledger's column.</exception>
    public static decimal Ceiling12(decimal amount) =>
        Bounded(decimal.Round(amount, Decimals, MidpointRounding.ToPositiveInfinity));

    /// <summary>True when the ledger can store the amount without rounding it.</summary>
    public static bool IsStorable(decimal amount) =>
        amount is >= MinValue and <= MaxValue && decimal.Round(amount, Decimals) == amount;

    /// <summary>The amount in whole pico-dollars.</summary>
    /// <exception cref="ArgumentException">The amount has more than twelve decimals.</exception>
    public static Int128 ToPico(decimal amount)
    {
        var whole = decimal.Truncate(amount);
        var rest = (amount - whole) * PicoPerUsd;
        if (rest != decimal.Truncate(rest))
            throw new ArgumentException("An amount has at most twelve decimals.", nameof(amount));
        return ((Int128)whole * PicoPerUsd) + (Int128)rest;
    }

    /// <summary>The amount, exact to twelve decimals, that so many pico-dollars are.</summary>
    /// <exception cref="OverflowException">The amount does not fit a decimal with twelve decimals.</exception>
    public static decimal FromPico(Int128 pico)
    {
        var (whole, rest) = Int128.DivRem(pico, PicoPerUsd);
        return (decimal)whole + ((decimal)rest / PicoPerUsd);
    }

    private static decimal Bounded(decimal amount) => amount is >= MinValue and <= MaxValue
        ? amount
        : throw new OverflowException("The amount does not fit numeric(24,12).");
}

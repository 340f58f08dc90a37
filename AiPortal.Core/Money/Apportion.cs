namespace AiPortal.Core.Money;

/// <summary>Rounding of lines that must still add up to their rounded total (largest remainder).</summary>
public static class Apportion
{
    /// <summary>
    /// Rounds each line to <paramref name="decimals"/> so that the results add up exactly to the half-even rounded sum of
    /// the lines. Each result is less than one step from its line; a line that needs no rounding keeps its value. Of equal
    /// remainders the earlier line is raised, so the same lines always print the same.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decimals"/> is not 0 to 12.</exception>
    public static decimal[] Round(IReadOnlyList<decimal> lines, int decimals)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return RoundTo(lines, decimals, RoundTotal(lines.Sum(), decimals));
    }

    /// <summary>
    /// As <see cref="Round"/>, for lines whose total is already printed: a section of a larger sum, rounded up or down there.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="total"/> is not the sum of the lines rounded up or down.</exception>
    public static decimal[] RoundTo(IReadOnlyList<decimal> lines, int decimals, decimal total)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var step = StepOf(decimals);
        var printed = new decimal[lines.Count];
        var byRemainder = new (decimal Remainder, int Index)[lines.Count];
        decimal exact = 0, floors = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            printed[i] = decimal.Round(lines[i], decimals, MidpointRounding.ToNegativeInfinity);
            byRemainder[i] = (lines[i] - printed[i], i);
            exact += lines[i];
            floors += printed[i];
        }

        if (Math.Abs(total - exact) >= step || decimal.Round(total, decimals) != total)
            throw new ArgumentException("The printed total is not the sum of its lines rounded.", nameof(total));
        Array.Sort(byRemainder, static (a, b) =>
            a.Remainder != b.Remainder ? b.Remainder.CompareTo(a.Remainder) : a.Index.CompareTo(b.Index));
        var missing = (int)((total - floors) / step);
        for (var i = 0; i < missing; i++)
            printed[byRemainder[i].Index] += step;
        return printed;
    }

    /// <summary>The printed total of lines whose exact sum is <paramref name="exact"/>: half-even.</summary>
    public static decimal RoundTotal(decimal exact, int decimals) =>
        decimal.Round(exact, decimals, MidpointRounding.ToEven);

    private static decimal StepOf(int decimals)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, Usd.Decimals);
        return new decimal(1, 0, 0, isNegative: false, scale: (byte)decimals);
    }
}

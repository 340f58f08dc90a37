namespace AiPortal.Ui.Charts;

/// <summary>The marks of a value axis that begins at zero: steps of 1, 2 or 5 times a power of ten, the last one not below the greatest value.</summary>
internal sealed record NiceScale(decimal Step, int Count)
{
    private const int Wanted = 4;

    /// <summary>The value of the last mark.</summary>
    public decimal Top => Step * Count;

    /// <summary>Decimals that tell the marks apart.</summary>
    public int Decimals
    {
        get
        {
            var decimals = 0;
            for (var step = Step; step != decimal.Truncate(step); step *= 10) decimals++;
            return decimals;
        }
    }

    public IEnumerable<decimal> Marks => Enumerable.Range(0, Count + 1).Select(mark => mark * Step);

    /// <summary>Where nothing is above zero the axis ends at one.</summary>
    public static NiceScale For(decimal greatest)
    {
        if (greatest <= 0) return new NiceScale(1, 1);
        var power = 1m;
        while (power * Wanted < greatest) power *= 10;
        while (power * Wanted / 10 >= greatest) power /= 10;
        var step = Array.Find([power / 5, power / 2, power], candidate => candidate * Wanted >= greatest);
        return new NiceScale(step, (int)Math.Ceiling(greatest / step));
    }

    /// <summary>A value as a share of the axis, as a CSS length.</summary>
    public string Share(decimal value) => Figures.BudgetParts.Css(Math.Max(0, value) / Top);
}

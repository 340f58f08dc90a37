using System.Globalization;

namespace AiPortal.Ui.Figures;

/// <summary>How much of an amount is shown.</summary>
public enum MoneyMode
{
    /// <summary>Two decimals: totals, budgets, bills.</summary>
    Sum,

    /// <summary>Six decimals: one call.</summary>
    Call,
}

/// <summary>Figures and instants in words of one language. Knows no clock and no current culture.</summary>
public sealed class Formats(CultureInfo culture)
{
    private const char Space = '\u00a0';
    private const string Hour24 = "HH";
    private const string Hour12 = "h";

    // What marks a culture whose user wants twelve hours: no culture has it by itself.
    private const string TwelveHours = "h:mm tt (12)";

    /// <summary>Formats in the language of the running request or circuit.</summary>
    public static Formats Current => new(CultureInfo.CurrentUICulture);

    /// <summary>The same language with times of twelve hours.</summary>
    public static CultureInfo WithTwelveHours(CultureInfo culture)
    {
        var twelve = (CultureInfo)culture.Clone();
        twelve.DateTimeFormat.FullDateTimePattern = TwelveHours;
        return twelve;
    }

    public static bool HasTwelveHours(CultureInfo culture) => culture.DateTimeFormat.FullDateTimePattern == TwelveHours;

    /// <summary>What stands where there is no figure; never 0.</summary>
    public static string NoFigure => "—";

    /// <summary>An amount with its currency. One too small to be seen is shown as less than the smallest step, so it never looks like nothing.</summary>
    public string Money(decimal amount, string currency, MoneyMode mode = MoneyMode.Sum) => Money(amount, Symbol(currency), Decimals(mode));

    /// <summary>As <see cref="Money(decimal, string, MoneyMode)"/>, without the currency: for columns that name it in the head.</summary>
    public string Amount(decimal amount, MoneyMode mode = MoneyMode.Sum) => Money(amount, "", Decimals(mode));

    /// <summary>Every decimal the ledger has (at least two), for the hover.</summary>
    public string MoneyExact(decimal amount, string currency) =>
        Sign(amount) + Symbol(currency) + Math.Abs(amount).ToString("#,##0.00##########", culture);

    /// <summary>An amount at a mark of an axis, with as many decimals as tell the marks apart.</summary>
    public string MoneyMark(decimal amount, string currency, int decimals) => Money(amount, Symbol(currency), decimals);

    private string Money(decimal amount, string symbol, int decimals)
    {
        var step = new decimal(1, 0, 0, false, (byte)decimals);
        var pattern = "N" + decimals.ToString(CultureInfo.InvariantCulture);
        var size = Math.Abs(amount);
        if (size > 0 && size < step)
            return (amount < 0 ? ">-" : "<") + symbol + step.ToString(pattern, culture);
        return Sign(amount) + symbol + Math.Round(size, decimals, MidpointRounding.AwayFromZero).ToString(pattern, culture);
    }

    /// <summary>A shortened count: 12.4 k, 1.8 M, 2.1 B.</summary>
    public string Count(long count)
    {
        ReadOnlySpan<(decimal Unit, string Name)> units = [(1_000m, "k"), (1_000_000m, "M"), (1_000_000_000m, "B"), (1_000_000_000_000m, "T")];
        decimal size = Math.Abs((decimal)count);
        if (size < 1_000)
            return CountExact(count);
        for (var i = 0; ; i++)
        {
            var scaled = size / units[i].Unit;
            var rounded = Math.Round(scaled, scaled < 99.95m ? 1 : 0, MidpointRounding.AwayFromZero);
            if (rounded < 1_000 || i == units.Length - 1)
                return Sign(count) + rounded.ToString("#,##0.#", culture) + Space + units[i].Name;
        }
    }

    /// <summary>The unit of money among units.</summary>
    public const string Usd = "usd";

    /// <summary>An amount with its unit: <c>usd</c>, <c>tokens</c> or <c>requests</c>.</summary>
    public string Counted(decimal amount, string unit) =>
        unit == Usd ? Money(amount, "USD") : string.Format(culture, Text($"Unit.{(amount == 1 ? unit[..^1] : unit)}"), CountExact((long)amount));

    public string CountExact(long count) => count.ToString("N0", culture);

    /// <summary>A share as a percentage: 0.123 is "12.3%". Whole from ten percent on.</summary>
    public string Percent(decimal share)
    {
        var percent = share * 100;
        return percent.ToString(Math.Abs(percent) < 9.95m ? "0.#" : "#,##0", culture) + "%";
    }

    /// <summary>The change from one figure to another in a word: "Up 12%", "No change", "New" after nothing, null when there is nothing to compare.</summary>
    public string? Change(decimal current, decimal? previous)
    {
        if (previous is not { } before)
            return null;
        if (before == current)
            return Text("Change.Same");
        if (before == 0)
            return Text("Change.New");
        var share = (current - before) / Math.Abs(before);
        return string.Format(culture, Text(share > 0 ? "Change.Up" : "Change.Down"), Percent(Math.Abs(share)));
    }

    /// <summary>How long ago, in one unit; an instant in the future counts as now.</summary>
    public string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var age = now - at;
        return age switch
        {
            { TotalSeconds: < 5 } => Text("Ago.Now"),
            { TotalSeconds: < 60 } => Ago("Second", (int)age.TotalSeconds),
            { TotalMinutes: < 60 } => Ago("Minute", (int)age.TotalMinutes),
            { TotalHours: < 24 } => Ago("Hour", (int)age.TotalHours),
            _ => Ago("Day", (int)age.TotalDays),
        };
    }

    private string Ago(string unit, int count) => string.Format(culture, Text($"Ago.{unit}{(count == 1 ? "" : "s")}"), count);

    /// <summary>A day of the organization's calendar.</summary>
    public string Date(DateOnly date) => date.ToString(Pattern("Pattern.Date"), culture);

    public string Date(DateTimeOffset at, TimeZoneInfo zone) => InZone(at, zone).ToString(Pattern("Pattern.Date"), culture);

    public string Month(DateOnly month) => month.ToString(Pattern("Pattern.Month"), culture);

    public string DateAndTime(DateTimeOffset at, TimeZoneInfo zone) => InZone(at, zone).ToString(Pattern("Pattern.DateTime"), culture);

    /// <summary>Hours and minutes.</summary>
    public string TimeOfDay(DateTimeOffset at, TimeZoneInfo zone) => InZone(at, zone).ToString(Pattern("Pattern.Hour"), culture);

    /// <summary>For rows of a log: the time to the second today, date and time before.</summary>
    public string Logged(DateTimeOffset at, DateTimeOffset now, TimeZoneInfo zone) =>
        InZone(at, zone).ToString(Pattern(InZone(at, zone).Date == InZone(now, zone).Date ? "Pattern.Time" : "Pattern.DayTime"), culture);

    /// <summary>A day without its year, for axes.</summary>
    public string Day(DateOnly date) => date.ToString(Pattern("Pattern.Day"), culture);

    /// <summary>To the second, with the zone named.</summary>
    public string Exact(DateTimeOffset at, TimeZoneInfo zone) => $"{InZone(at, zone).ToString(Pattern("Pattern.Exact"), culture)} ({zone.Id})";

    /// <summary>A duration as a person says it: 840 ms, 3.2 s, 2 min 5 s.</summary>
    public string Duration(TimeSpan length) => length switch
    {
        { TotalSeconds: < 1 } => string.Create(culture, $"{length.TotalMilliseconds:0}{Space}ms"),
        { TotalMinutes: < 1 } => string.Create(culture, $"{length.TotalSeconds:0.#}{Space}s"),
        _ => string.Create(culture, $"{(int)length.TotalMinutes}{Space}min{Space}{length.Seconds}{Space}s"),
    };

    private string Symbol(string currency) => (currency, culture.TwoLetterISOLanguageName) switch
    {
        ("USD", _) => "$",
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("CNY", "zh") => "¥",
        ("CNY", _) => "CN¥",
        ("JPY", "zh") => "JP¥",
        ("JPY", _) => "¥",
        _ => currency + Space,
    };

    private static int Decimals(MoneyMode mode) => mode switch
    {
        MoneyMode.Sum => 2,
        MoneyMode.Call => 6,
    };

    private static string Sign(decimal amount) => amount < 0 ? "-" : "";

    private static DateTimeOffset InZone(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone);

    private string Pattern(string key)
    {
        var pattern = Text(key);
        if (!HasTwelveHours(culture) || pattern.IndexOf(Hour24, StringComparison.Ordinal) is not (>= 0 and var hour)) return pattern;
        // "1:45 PM" here, "下午1:45" there.
        return culture.TwoLetterISOLanguageName == "zh"
            ? pattern[..hour] + "tt" + Hour12 + pattern[(hour + Hour24.Length)..]
            : pattern[..hour] + Hour12 + pattern[(hour + Hour24.Length)..] + Space + "tt";
    }

    private string Text(string key) => UiText.Get(key, culture);
}

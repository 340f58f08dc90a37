namespace AiPortal.Core.Money;

/// <summary>How often a budget or a bill begins anew, in the organization's calendar.</summary>
public enum PeriodType
{
    /// <summary>A local clock hour; the repeated hour of a clock change is a period of its own.</summary>
    Hourly,

    /// <summary>A local day.</summary>
    Daily,

    /// <summary>A week from the calendar's first day of the week.</summary>
    Weekly,

    /// <summary>A calendar month.</summary>
    Monthly,

    /// <summary>Three months, counted from the start of the fiscal year.</summary>
    Quarterly,

    /// <summary>A fiscal year.</summary>
    Yearly,

    /// <summary>All time.</summary>
    Total,
}

/// <summary>The names that period types have in JSON and in the database.</summary>
public static class PeriodTypes
{
    /// <summary>All period types, shortest first.</summary>
    public static IReadOnlyList<PeriodType> All { get; } = Enum.GetValues<PeriodType>();

    /// <summary>The snake_case name, for instance <c>monthly</c>.</summary>
    public static string ToText(this PeriodType type) => type switch
    {
        PeriodType.Hourly => "hourly",
        PeriodType.Daily => "daily",
        PeriodType.Weekly => "weekly",
        PeriodType.Monthly => "monthly",
        PeriodType.Quarterly => "quarterly",
        PeriodType.Yearly => "yearly",
        PeriodType.Total => "total",
    };

    /// <summary>Reads a name that <see cref="ToText"/> wrote; nothing else is accepted, other letter case neither.</summary>
    public static bool TryParse(string? text, out PeriodType type)
    {
        foreach (var candidate in All)
        {
            if (candidate.ToText() != text)
                continue;
            type = candidate;
            return true;
        }

        type = default;
        return false;
    }

    /// <summary>Reads a name that <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">The text names no period type.</exception>
    public static PeriodType Parse(string text) =>
        TryParse(text, out var type) ? type : throw new FormatException($"'{text}' is not a period type.");
}

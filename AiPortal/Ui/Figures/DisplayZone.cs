namespace AiPortal.Ui.Figures;

/// <summary>The organization's time zone, cascaded by the shell to everything that shows an instant.</summary>
public sealed record DisplayZone(TimeZoneInfo Zone)
{
    public static DisplayZone Utc { get; } = new(TimeZoneInfo.Utc);

    /// <summary>The instant at which a day ends here, in UTC.</summary>
    public DateTimeOffset EndOf(DateOnly day)
    {
        var next = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(next, Zone.GetUtcOffset(next)).ToUniversalTime();
    }
}

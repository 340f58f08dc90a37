namespace AiPortal.Ui.Figures;

/// <summary>The organization's time zone, cascaded by the shell to everything that shows an instant.</summary>
public sealed record DisplayZone(TimeZoneInfo Zone)
{
    public static DisplayZone Utc { get; } = new(TimeZoneInfo.Utc);
}

using System.Globalization;

namespace AiPortal.Ui.Panels;

/// <summary>What a <c>datetime-local</c> input holds, as the wall clock of a zone.</summary>
internal static class ZonedTime
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm";

    /// <summary>To the minute; empty for no instant.</summary>
    internal static string Of(DateTimeOffset? at, TimeZoneInfo zone) =>
        at is { } instant ? TimeZoneInfo.ConvertTime(instant, zone).ToString(Pattern, CultureInfo.InvariantCulture) : "";

    /// <summary>UTC; null for what is no time. A wall time that a clock change skips counts as the hour after.</summary>
    internal static DateTimeOffset? Read(string? text, TimeZoneInfo zone)
    {
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall)) return null;
        wall = DateTime.SpecifyKind(wall, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(wall)) wall = wall.AddHours(1);
        return new DateTimeOffset(wall, zone.GetUtcOffset(wall)).ToUniversalTime();
    }
}

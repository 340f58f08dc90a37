using System.Globalization;

namespace AiPortal.Records;

/// <summary>An amount as people write it: with the point, or as their language does.</summary>
internal static class UsdInput
{
    /// <summary>Null where it is no amount.</summary>
    public static decimal? Read(string? text) =>
        decimal.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var plain) ? plain
        : decimal.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.CurrentCulture, out var local) ? local : null;
}

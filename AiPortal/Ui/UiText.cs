using System.Globalization;
using System.Resources;

namespace AiPortal.Ui;

/// <summary>Names the resources of the widgets, and looks them up where a culture is given by hand.</summary>
internal sealed class UiText
{
    private static readonly ResourceManager Resources = new(typeof(UiText));

    /// <summary>Null where there is none.</summary>
    internal static string? Find(string key, CultureInfo culture) => Resources.GetString(key, culture);

    internal static string Get(string key, CultureInfo culture) =>
        Resources.GetString(key, culture) ?? throw new MissingManifestResourceException($"UiText has no '{key}'.");
}

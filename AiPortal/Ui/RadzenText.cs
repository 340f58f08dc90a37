using System.Globalization;
using System.Resources;
using Radzen;

namespace AiPortal.Ui;

/// <summary>The words that Radzen's own components bring along, in the reader's language; a key of the resources is Radzen's.</summary>
internal sealed class RadzenText : ILocalizer
{
    private static readonly ResourceManager Resources = new(typeof(RadzenText));

    public string? Get(string key, CultureInfo culture) => Resources.GetString(key, culture);
}

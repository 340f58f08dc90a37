using System.Globalization;
using System.Resources;

namespace AiPortal.Billing;

/// <summary>Names the resources of bills, pages and documents alike.</summary>
internal sealed class BillText;

/// <summary>The words of a document, in a language given by whoever asks for it rather than by the thread it is made on.</summary>
internal sealed class BillWords(CultureInfo culture)
{
    private static readonly ResourceManager Resources = new(typeof(BillText));

    public CultureInfo Culture { get; } = culture;

    public string this[string key] => Resources.GetString(key, Culture) ?? throw new MissingManifestResourceException($"BillText has no {key}.");

    public string Of(string key, params ReadOnlySpan<object?> values) => string.Format(Culture, this[key], values);
}

using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Catalog.Terms;

namespace AiPortal.Catalog;

/// <summary>The further terms of a price as its author reads and writes them.</summary>
internal static class PriceDetailsJson
{
    private static readonly JsonSerializerOptions Shown = new(PriceDetails.Json) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null where there are none. The exchange rate is not the author's to write.</summary>
    public static string? Write(PriceDetails? details)
    {
        if (details is null) return null;
        var own = details with { ExchangeRate = null, ExchangeRateAt = null };
        return own.Equals(new PriceDetails()) ? null : JsonSerializer.Serialize(own, Shown);
    }

    /// <summary>False for text that is no such JSON; blank text is none.</summary>
    public static bool TryRead(string? text, out PriceDetails? details)
    {
        details = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        try
        {
            details = JsonSerializer.Deserialize<PriceDetails>(text, PriceDetails.Json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

namespace AiPortal.Core.Catalog;

/// <summary>The price a row states.</summary>
public static class PriceOfRow
{
    public static Price Of(PriceRow row) => row.ToPrice();
}

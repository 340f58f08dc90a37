using System.Globalization;
using AiPortal.Core.Catalog;

namespace AiPortal.Catalog;

/// <summary>Prices as a person reads them: of tokens and characters per million, of others per unit, with every decimal that says something.</summary>
internal static class PriceFigures
{
    // Dividing by it drops the zeros that the database's scale adds.
    private const decimal One = 1.0000000000000000000000000000m;

    /// <summary>How many units a shown price is for.</summary>
    internal static long ShownUnit(string billingUnit) => billingUnit is BillingUnits.Token or BillingUnits.Character ? 1_000_000 : 1;

    /// <summary>A price for <see cref="ShownUnit"/> units, in USD.</summary>
    internal static decimal PerShownUnit(string billingUnit, long? unitSize, decimal price) =>
        Trimmed(price * ShownUnit(billingUnit) / (unitSize ?? ShownUnit(billingUnit)));

    internal static decimal Trimmed(decimal amount) => amount / One;

    /// <summary>At least two decimals and up to twelve.</summary>
    internal static string Amount(decimal amount) => amount.ToString("#,##0.00##########", CultureInfo.CurrentCulture);
}

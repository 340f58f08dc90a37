using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>Brings the exchange rate into prices of other currencies, so that a version says all that its costs follow from.</summary>
internal static class PriceRates
{
    /// <summary>The draft with the latest rate of its currency in its details; a refusal where there is none.</summary>
    public static async Task<Outcome<PriceDraft>> FillAsync(PortalDb db, PriceDraft draft, DateTimeOffset now, CancellationToken token)
    {
        if (draft.Currency == Price.LedgerCurrency) return draft with { Details = With(draft.Details, null) };
        return await LatestAsync(db, draft.Currency, now, token) is { } rate
            ? draft with { Details = With(draft.Details, rate) }
            : Refusal.Field("currency", $"No exchange rate of {draft.Currency} is known here: add one first. The ledger is kept in USD.");
    }

    public static PriceDetails? With(PriceDetails? details, ExchangeRate? rate)
    {
        if (details is null && rate is null) return null;
        return (details ?? new PriceDetails()) with { ExchangeRate = rate?.UsdPerUnit, ExchangeRateAt = rate?.EffectiveFrom };
    }

    public static Task<ExchangeRate?> LatestAsync(PortalDb db, string currency, DateTimeOffset now, CancellationToken token) =>
        db.Set<ExchangeRate>().AsNoTracking().Where(r => r.Currency == currency && r.EffectiveFrom <= now)
            .OrderByDescending(r => r.EffectiveFrom).FirstOrDefaultAsync(token);
}

using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>A price that is written nowhere, and the accounts whose calls it would price.</summary>
public sealed record PriceTrial(Price Price, IReadOnlyList<Guid?> Accounts)
{
    /// <summary>Of a draft; a refusal says what is wrong with it.</summary>
    internal static async Task<Outcome<PriceTrial>> MakeAsync(PortalDb db, PriceDraft draft, DateTimeOffset now, CancellationToken token)
    {
        var faults = new FieldFaults();
        draft.Check(faults);
        if (faults.Any) return faults.ToRefusal();
        var rated = await PriceRates.FillAsync(db, draft, now, token);
        if (rated.Refusal is { } unrated) return unrated;
        if (await PriceShelf.FindAsync(db, draft.Provider, token) is not { } shelf)
            return Refusal.Field("provider", $"'{draft.Provider}' names neither a provider account of this organization nor a vendor.");
        var row = new PriceRow { Vendor = "", ModelName = "" };
        rated.Value.WriteTo(row, shelf, now);
        var price = row.ToPrice();
        if (price.IsUsable)
        {
            return new PriceTrial(price, shelf.ProviderId is { } account
                ? [account]
                : await db.Set<ProviderAccount>().AsNoTracking().Where(a => a.Kind == shelf.Vendor).Select(a => (Guid?)a.Id).ToListAsync(token));
        }

        return Refusal.Field("input_price", "More than $100 a token or $1,000,000 a call is taken for a mistake: check the prices and unit_size.");
    }
}

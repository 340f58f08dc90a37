using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>A discount with the name of what it is for: an account's, or the vendor's word.</summary>
public sealed record DiscountListing(PriceDiscount Row, string Provider);

/// <summary>Discounts and exchange rates as read, the newest first.</summary>
public sealed class ContractList(TenantDb tenants)
{
    public Task<IReadOnlyList<DiscountListing>> DiscountsAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<DiscountListing>>(organizationId, async db =>
        {
            var names = await db.Set<ProviderAccount>().AsNoTracking().ToDictionaryAsync(a => a.Id, a => a.Name, token);
            var rows = await db.Set<PriceDiscount>().AsNoTracking().OrderByDescending(d => d.EffectiveFrom).ThenBy(d => d.Id).Take(Cursor.MaxLimit).ToListAsync(token);
            return [.. rows.Select(row => new DiscountListing(row, row.ProviderId is { } id && names.TryGetValue(id, out var name) ? name : row.Vendor))];
        }, token);

    public Task<IReadOnlyList<ExchangeRate>> RatesAsync(Guid organizationId, string? currency = null, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<ExchangeRate>>(organizationId, async db =>
            await db.Set<ExchangeRate>().AsNoTracking().Where(r => currency == null || r.Currency == currency)
                .OrderByDescending(r => r.EffectiveFrom).ThenBy(r => r.Currency).Take(Cursor.MaxLimit).ToListAsync(token), token);
}

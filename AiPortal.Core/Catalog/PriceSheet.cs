using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>Which prices a sheet shows.</summary>
public enum PriceSelection
{
    /// <summary>What counts now: a built-in price that one of the organization's own replaces is left out.</summary>
    InForce,

    /// <summary>The organization's own, whenever they are in force.</summary>
    Own,

    /// <summary>The common catalogue.</summary>
    BuiltIn,
}

/// <summary>What a sheet column sorts by.</summary>
public enum PriceOrder { Model, Vendor, Input, Output, EffectiveFrom }

/// <summary>The rows wanted of a price sheet; null members do not filter.</summary>
public sealed record PriceSheetQuery
{
    public PriceSelection View { get; init; }

    /// <summary>Part of the model's name, in any letter case.</summary>
    public string? Search { get; init; }

    public string? Vendor { get; init; }

    public PriceOrder Order { get; init; }

    public bool Descending { get; init; }

    public int Skip { get; init; }

    public int Take { get; init; } = 100;
}

/// <summary>Prices as a table of any size reads them, and what stands beside such a table.</summary>
public sealed class PriceSheet(TenantDb tenants, TimeProvider clock)
{
    /// <summary>The rows asked for and how many there are in all.</summary>
    public Task<(IReadOnlyList<PriceListing> Rows, int Total)> ReadAsync(Guid organizationId, PriceSheetQuery query, CancellationToken token = default) =>
        tenants.ReadAsync<(IReadOnlyList<PriceListing>, int)>(organizationId, async db =>
        {
            var prices = Filtered(db, query, clock.GetUtcNow());
            var total = await prices.CountAsync(token);
            var rows = await Sorted(prices, query).Skip(query.Skip).Take(query.Take).ToListAsync(token);
            var names = await db.Set<ProviderAccount>().AsNoTracking().ToDictionaryAsync(a => a.Id, a => a.Name, token);
            return ([.. rows.Select(row => new PriceListing(row, row.ProviderId is { } id && names.TryGetValue(id, out var name) ? name : row.Vendor))], total);
        }, token);

    /// <summary>The words a new price may name: the organization's accounts first, then every vendor.</summary>
    public Task<(IReadOnlyList<string> Accounts, IReadOnlyList<string> Vendors)> ShelvesAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<(IReadOnlyList<string>, IReadOnlyList<string>)>(organizationId, async db =>
        {
            var accounts = await db.Set<ProviderAccount>().AsNoTracking().Where(a => a.DeletedAt == null)
                .Select(a => new { a.Name, a.Kind }).ToListAsync(token);
            var names = accounts.Select(a => a.Name).Order(StringComparer.CurrentCultureIgnoreCase).ToList();
            var vendors = PriceWords.Vendors.Concat(accounts.Select(a => a.Kind)).Except(names).Distinct().Order(StringComparer.Ordinal);
            return (names, [.. vendors]);
        }, token);

    private static IQueryable<PriceRow> Filtered(PortalDb db, PriceSheetQuery query, DateTimeOffset now)
    {
        var prices = db.Set<PriceRow>().AsNoTracking();
        var inForce = prices.Where(p => p.EffectiveFrom <= now && (p.EffectiveTo == null || p.EffectiveTo > now));
        prices = query.View switch
        {
            PriceSelection.InForce => inForce.Where(p => p.OrganizationId != null || !inForce.Any(own =>
                own.OrganizationId != null && own.ProviderId == null && own.Vendor == p.Vendor && own.ModelName == p.ModelName)),
            PriceSelection.Own => prices.Where(p => p.OrganizationId != null),
            PriceSelection.BuiltIn => prices.Where(p => p.OrganizationId == null),
        };
        if (query.Search is { Length: > 0 } search) prices = prices.Where(p => EF.Functions.ILike(p.ModelName, LikePattern.Contains(search), @"\"));
        if (query.Vendor is { Length: > 0 } vendor) prices = prices.Where(p => p.Vendor == vendor);
        return prices;
    }

    private static IQueryable<PriceRow> Sorted(IQueryable<PriceRow> prices, PriceSheetQuery query)
    {
        var sorted = (query.Order, query.Descending) switch
        {
            (PriceOrder.Model, false) => prices.OrderBy(p => p.ModelName),
            (PriceOrder.Model, true) => prices.OrderByDescending(p => p.ModelName),
            (PriceOrder.Vendor, false) => prices.OrderBy(p => p.Vendor).ThenBy(p => p.ModelName),
            (PriceOrder.Vendor, true) => prices.OrderByDescending(p => p.Vendor).ThenBy(p => p.ModelName),
            (PriceOrder.Input, false) => prices.OrderBy(p => p.InputPrice / p.UnitSize).ThenBy(p => p.ModelName),
            (PriceOrder.Input, true) => prices.OrderByDescending(p => p.InputPrice / p.UnitSize).ThenBy(p => p.ModelName),
            (PriceOrder.Output, false) => prices.OrderBy(p => p.OutputPrice / p.UnitSize).ThenBy(p => p.ModelName),
            (PriceOrder.Output, true) => prices.OrderByDescending(p => p.OutputPrice / p.UnitSize).ThenBy(p => p.ModelName),
            (PriceOrder.EffectiveFrom, false) => prices.OrderBy(p => p.EffectiveFrom).ThenBy(p => p.ModelName),
            (PriceOrder.EffectiveFrom, true) => prices.OrderByDescending(p => p.EffectiveFrom).ThenBy(p => p.ModelName),
        };
        return sorted.ThenBy(p => p.Id);
    }
}

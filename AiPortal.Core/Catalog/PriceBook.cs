using System.Collections.Concurrent;
using System.Collections.Frozen;
using AiPortal.Core.Catalog.Contracts;

namespace AiPortal.Core.Catalog;

/// <summary>
/// All prices at hand, immutable. A call's price is the first of: the account's row, the organization's row for the vendor,
/// the built-in row, in force at the instant the call began. Of rows of one kind in force together the one with the later
/// start counts, then the higher version.
/// </summary>
public sealed class PriceBook
{
    private readonly FrozenDictionary<RowKey, Price[]> _rows;
    private readonly FrozenDictionary<ShelfKey, string[]> _models;
    private readonly FrozenDictionary<Guid, PriceDiscount[]> _discounts;
    private readonly ConcurrentDictionary<(Price Row, decimal Percent), Price> _discounted = new(SameRow.Instance);

    private PriceBook(FrozenDictionary<RowKey, Price[]> rows, FrozenDictionary<ShelfKey, string[]> models, FrozenDictionary<Guid, PriceDiscount[]> discounts)
    {
        _rows = rows;
        _models = models;
        _discounts = discounts;
    }

    /// <summary>A book without prices.</summary>
    public static PriceBook Empty { get; } = Create([]);

    /// <summary>Makes a book of prices and of what contracts take off them.</summary>
    public static PriceBook Create(IEnumerable<Price> prices, IEnumerable<PriceDiscount>? discounts = null)
    {
        var byKey = prices.GroupBy(price => new RowKey(ShelfKey.Of(price), price.ModelName)).ToList();
        return new PriceBook(
            byKey.ToFrozenDictionary(
                rows => rows.Key,
                rows => rows.OrderByDescending(row => row.EffectiveFrom).ThenByDescending(row => row.Version).ThenBy(row => row.Id).ToArray()),
            byKey.GroupBy(rows => rows.Key.Shelf)
                .ToFrozenDictionary(shelf => shelf.Key, shelf => shelf.Select(rows => rows.Key.Model).ToArray()),
            (discounts ?? []).GroupBy(discount => discount.OrganizationId).ToFrozenDictionary(
                its => its.Key,
                its => its.OrderBy(d => d.ProviderId is null).ThenBy(d => d.ModelName is null).ThenByDescending(d => d.EffectiveFrom).ThenBy(d => d.Id).ToArray()));
    }

    /// <summary>
    /// The price of a model at an account of an organization, or null when it is unpriced. A row in force that must not
    /// price (<see cref="Price.IsUsable"/>) makes the model unpriced; it does not uncover the row beneath it. Of the discounts
    /// in force one is taken off: an account's before a vendor's, a model's before one for all models, then the latest.
    /// </summary>
    public Price? Find(Guid organizationId, Guid providerId, string vendor, string model, DateTimeOffset at)
    {
        var price = InForce(ShelfKey.OfAccount(organizationId, providerId), model, at)
            ?? InForce(ShelfKey.OfOrganization(organizationId, vendor), model, at)
            ?? InForce(ShelfKey.BuiltIn(vendor), model, at);
        return price is { IsUsable: true } ? Discounted(price, organizationId, providerId, vendor, at) : null;
    }

    /// <summary>The prices of all models priced for an account at an instant, one for each model, by model name.</summary>
    public IReadOnlyList<Price> PricesFor(Guid organizationId, Guid providerId, string vendor, DateTimeOffset at) =>
        [.. new[] { ShelfKey.OfAccount(organizationId, providerId), ShelfKey.OfOrganization(organizationId, vendor), ShelfKey.BuiltIn(vendor) }
            .SelectMany(shelf => _models.GetValueOrDefault(shelf) ?? [])
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(model => Find(organizationId, providerId, vendor, model, at))
            .OfType<Price>()];

    private Price Discounted(Price price, Guid organizationId, Guid providerId, string vendor, DateTimeOffset at)
    {
        if (!_discounts.TryGetValue(organizationId, out var discounts)) return price;
        foreach (var discount in discounts)
        {
            if (discount.ProviderId is { } account ? account != providerId : discount.Vendor != vendor) continue;
            if (discount.ModelName is { } model && model != price.ModelName) continue;
            if (discount.InForceAt(at)) return _discounted.GetOrAdd((price, discount.Percent), static key => key.Row with { DiscountPercent = key.Percent });
        }

        return price;
    }

    private Price? InForce(ShelfKey shelf, string model, DateTimeOffset at)
    {
        if (!_rows.TryGetValue(new RowKey(shelf, model), out var rows))
            return null;
        foreach (var row in rows)
        {
            if (row.InForceAt(at))
                return row;
        }

        return null;
    }

    /// <summary>A row is itself, not what it says: comparing that would cost more than pricing.</summary>
    private sealed class SameRow : IEqualityComparer<(Price Row, decimal Percent)>
    {
        public static readonly SameRow Instance = new();

        public bool Equals((Price Row, decimal Percent) x, (Price Row, decimal Percent) y) => ReferenceEquals(x.Row, y.Row) && x.Percent == y.Percent;

        public int GetHashCode((Price Row, decimal Percent) key) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Row), key.Percent);
    }

    private readonly record struct RowKey(ShelfKey Shelf, string Model);

    /// <summary>Whose rows: an account's (its vendor does not matter then), an organization's at a vendor, or built in.</summary>
    private readonly record struct ShelfKey(Guid Organization, Guid Provider, string Vendor)
    {
        public static ShelfKey OfAccount(Guid organization, Guid provider) => new(organization, provider, "");

        public static ShelfKey OfOrganization(Guid organization, string vendor) => new(organization, Guid.Empty, vendor);

        public static ShelfKey BuiltIn(string vendor) => new(Guid.Empty, Guid.Empty, vendor);

        public static ShelfKey Of(Price price) => price.ProviderId is { } provider
            ? OfAccount(price.OrganizationId ?? Guid.Empty, provider)
            : OfOrganization(price.OrganizationId ?? Guid.Empty, price.Vendor);
    }
}

using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>A price with the account it is at; <c>Provider</c> is the account's name, or the vendor's word where there is no account.</summary>
public sealed record FoundPrice(Price Price, string Provider, Guid? AccountId);

/// <summary>The prices of some models as people name them: by model, and by an account's name or a vendor's word.</summary>
internal sealed class PriceLookup
{
    private readonly Guid _organizationId;
    private readonly List<ProviderAccount> _accounts;
    private readonly List<PriceRow> _rows;
    private readonly PriceBook _book;

    private PriceLookup(Guid organizationId, List<ProviderAccount> accounts, List<PriceRow> rows, List<PriceDiscount> discounts)
    {
        (_organizationId, _accounts, _rows) = (organizationId, accounts, rows);
        _book = PriceBook.Create(rows.Select(row => row.ToPrice()), discounts);
    }

    public static async Task<PriceLookup> LoadAsync(PortalDb db, Guid organizationId, IReadOnlyCollection<string> models, CancellationToken token)
    {
        var accounts = await db.Set<ProviderAccount>().AsNoTracking().Where(a => a.DeletedAt == null)
            .OrderBy(a => a.Priority).ThenBy(a => a.Name).ToListAsync(token);
        string[] names = [.. models, .. accounts.SelectMany(a => models.Select(model => a.ModelMap.GetValueOrDefault(model))).OfType<string>()];
        var rows = await db.Set<PriceRow>().AsNoTracking()
            .Where(p => names.Contains(p.ModelName) && (p.OrganizationId == null || p.OrganizationId == organizationId)).ToListAsync(token);
        var discounts = await db.Set<PriceDiscount>().AsNoTracking().Where(d => d.OrganizationId == organizationId).ToListAsync(token);
        return new PriceLookup(organizationId, accounts, rows, discounts);
    }

    /// <summary>The account of that name.</summary>
    public ProviderAccount? Account(string name) => _accounts.Find(a => a.Name == name);

    /// <param name="model">As callers name it.</param>
    /// <param name="provider">An account's name or a vendor's word; null: the account that would be tried first.</param>
    /// <param name="at">UTC; the price in force then.</param>
    public Outcome<FoundPrice> Find(string model, string? provider, DateTimeOffset at)
    {
        var missing = new Refusal(RefusalKind.NotFound, "model_not_priced", $"No price is in force for the model '{model}'" +
            (provider is null ? "." : $" at '{provider}'."));
        if (provider is { } asked)
        {
            if (Account(asked) is { } named) return Priced(named) is { } its ? new FoundPrice(its, asked, named.Id) : missing;
            return _book.Find(_organizationId, Guid.Empty, asked, model, at) is { } vendors ? new FoundPrice(vendors, asked, null) : missing;
        }

        foreach (var account in _accounts.Where(a => a.Enabled && (a.Models is null || a.Models.Contains(model))))
        {
            if (Priced(account) is { } price) return new FoundPrice(price, account.Name, account.Id);
        }

        var known = _rows.Where(row => row.ProviderId is null).Select(row => row.Vendor).Distinct().Order(StringComparer.Ordinal)
            .Select(vendor => (Price: _book.Find(_organizationId, Guid.Empty, vendor, model, at), Vendor: vendor))
            .Where(found => found.Price is not null).ToList();
        return known.Count switch
        {
            0 => missing,
            1 => new FoundPrice(known[0].Price!, known[0].Vendor, null),
            _ => Refusal.Field("provider", $"Several vendors have a price for this model; name one: {string.Join(", ", known.Select(k => k.Vendor))}."),
        };

        Price? Priced(ProviderAccount account) =>
            _book.Find(_organizationId, account.Id, account.Kind, account.ModelMap.GetValueOrDefault(model) ?? model, at);
    }
}

using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>A model that an enabled account is told to serve and that has no price in force there.</summary>
public sealed record UnpricedModel(string Model, string Account, string Vendor);

/// <summary>Finds the models whose calls cannot be priced. An account that serves "all it has prices for" never has any.</summary>
public sealed class UnpricedModels(TenantDb tenants, TimeProvider clock)
{
    public Task<IReadOnlyList<UnpricedModel>> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<UnpricedModel>>(organizationId, async db =>
        {
            var accounts = await db.Set<ProviderAccount>().AsNoTracking()
                .Where(a => a.Enabled && a.DeletedAt == null && a.Models != null).OrderBy(a => a.Name).ToListAsync(token);
            var names = accounts.SelectMany(a => a.Models!.Select(model => Upstream(a, model))).Distinct().ToArray();
            var rows = await db.Set<PriceRow>().AsNoTracking().Where(p => names.Contains(p.ModelName)).ToListAsync(token);
            var book = PriceBook.Create(rows.Select(row => row.ToPrice()));
            var now = clock.GetUtcNow();
            return [.. accounts.SelectMany(a => a.Models!.Distinct(StringComparer.Ordinal)
                .Where(model => book.Find(organizationId, a.Id, a.Kind, Upstream(a, model), now) is null)
                .Select(model => new UnpricedModel(Upstream(a, model), a.Name, a.Kind)))];
        }, token);

    private static string Upstream(ProviderAccount account, string model) => account.ModelMap.GetValueOrDefault(model, model);
}

using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>A model that an enabled account is told to serve and that has no price in force there.</summary>
public sealed record UnpricedModel(string Model, string Account, string Vendor);

/// <summary>Unpriced models and what happens to their calls.</summary>
public sealed record UnpricedReport(IReadOnlyList<UnpricedModel> Models, UnpricedModelPolicy Policy);

/// <summary>Finds the models whose calls cannot be priced. An account that serves "all it has prices for" never has any.</summary>
public sealed class UnpricedModels(TenantDb tenants, TimeProvider clock)
{
    public Task<UnpricedReport> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var policy = await db.Set<Organization>().Where(o => o.Id == organizationId).Select(o => o.UnpricedModelPolicy).SingleAsync(token);
            var accounts = await db.Set<ProviderAccount>().AsNoTracking()
                .Where(a => a.Enabled && a.DeletedAt == null && a.Models != null).OrderBy(a => a.Name).ToListAsync(token);
            var names = accounts.SelectMany(a => a.Models!.Select(model => Upstream(a, model))).Distinct().ToArray();
            var rows = await db.Set<PriceRow>().AsNoTracking().Where(p => names.Contains(p.ModelName)).ToListAsync(token);
            var book = PriceBook.Create(rows.Select(row => row.ToPrice()));
            var now = clock.GetUtcNow();
            var unpriced = accounts.SelectMany(a => a.Models!.Distinct(StringComparer.Ordinal)
                .Where(model => book.Find(organizationId, a.Id, a.Kind, Upstream(a, model), now) is null)
                .Select(model => new UnpricedModel(Upstream(a, model), a.Name, a.Kind)));
            return new UnpricedReport([.. unpriced], policy);
        }, token);

    private static string Upstream(ProviderAccount account, string model) => account.ModelMap.GetValueOrDefault(model, model);
}

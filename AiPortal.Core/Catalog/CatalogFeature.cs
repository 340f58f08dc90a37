using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Catalog.Import;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Catalog;

/// <summary>Models and their prices.</summary>
public static class CatalogFeature
{
    public static IServiceCollection AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<CreatePrice>();
        services.AddSingleton<ChangePrice>();
        services.AddSingleton<RemovePrice>();
        services.AddSingleton<PriceList>();
        services.AddSingleton<PriceSheet>();
        services.AddSingleton<UnpricedModels>();
        services.AddSingleton<CostEstimate>();
        services.AddSingleton<SeedBuiltInPrices>();
        services.AddSingleton<AddExchangeRate>();
        services.AddSingleton<AddDiscount>();
        services.AddSingleton<EndDiscount>();
        services.AddSingleton<ContractList>();
        services.AddSingleton<ImportCatalogue>();
        return services;
    }
}

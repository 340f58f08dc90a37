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
        services.AddScoped<PriceList>();
        services.AddScoped<PriceSheet>();
        services.AddScoped<UnpricedModels>();
        services.AddScoped<CostEstimate>();
        services.AddSingleton<SeedBuiltInPrices>();
        services.AddSingleton<AddExchangeRate>();
        services.AddSingleton<AddDiscount>();
        services.AddSingleton<EndDiscount>();
        services.AddScoped<ContractList>();
        services.AddScoped<ImportCatalogue>();
        return services;
    }
}

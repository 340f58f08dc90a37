using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AiPortal.Core.Analytics;

/// <summary>Reads that answer "how much, and for what".</summary>
public static class AnalyticsFeature
{
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddScoped<NameBook>();
        services.AddScoped<SpendBreakdown>();
        services.AddScoped<LabelledSpend>();
        services.AddScoped<SpendOverview>();
        services.AddScoped<KeyUsage>();
        services.AddScoped<KeySheet>();
        services.AddScoped<ProviderUses>();
        services.AddScoped<KeyExposures>();
        services.AddScoped<KeyDossiers>();
        services.AddScoped<SpendBoards>();
        services.AddScoped<CallTable>();
        services.AddScoped<CallFacetReads>();
        services.AddScoped<AttributionNames>();
        services.AddScoped<FirstStepReads>();
        services.AddScoped<SetUpReads>();
        services.AddScoped<FilterReferences>();
        services.AddScoped<BudgetTree>();
        services.AddScoped<BudgetForecasts>();
        services.AddScoped<BudgetPreview>();
        services.AddScoped<ScopeChoices>();
        services.TryAddSingleton<IOpenCalls, NoOpenCalls>();
        return services;
    }
}

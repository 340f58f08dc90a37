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
        services.AddSingleton<NameBook>();
        services.AddSingleton<SpendBreakdown>();
        services.AddSingleton<LabelledSpend>();
        services.AddSingleton<SpendOverview>();
        services.AddSingleton<KeyUsage>();
        services.AddSingleton<KeySheet>();
        services.AddSingleton<ProviderUses>();
        services.AddSingleton<KeyExposures>();
        services.AddSingleton<KeyDossiers>();
        services.AddSingleton<SpendBoards>();
        services.AddSingleton<CallTable>();
        services.AddSingleton<CallFacetReads>();
        services.AddSingleton<AttributionNames>();
        services.AddSingleton<FirstStepReads>();
        services.AddSingleton<SetUpReads>();
        services.AddSingleton<FilterReferences>();
        services.AddSingleton<BudgetTree>();
        services.AddSingleton<BudgetForecasts>();
        services.AddSingleton<BudgetPreview>();
        services.AddSingleton<ScopeChoices>();
        services.TryAddSingleton<IOpenCalls, NoOpenCalls>();
        return services;
    }
}

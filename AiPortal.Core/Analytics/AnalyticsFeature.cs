using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Analytics;

/// <summary>Reads that answer "how much, and for what".</summary>
public static class AnalyticsFeature
{
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddSingleton<NameBook>();
        services.AddSingleton<SpendBreakdown>();
        services.AddSingleton<SpendOverview>();
        services.AddSingleton<KeyUsage>();
        services.AddSingleton<SpendBoards>();
        services.AddSingleton<CallTable>();
        services.AddSingleton<CallFacetReads>();
        services.AddSingleton<AttributionNames>();
        services.AddSingleton<FirstStepReads>();
        return services;
    }
}

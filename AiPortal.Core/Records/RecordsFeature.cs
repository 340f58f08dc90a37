using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Records;

/// <summary>What people bring onto the ledger: corrections, resolved outcomes, and usage from elsewhere.</summary>
public static class RecordsFeature
{
    public static IServiceCollection AddRecords(this IServiceCollection services)
    {
        services.AddSingleton<LedgerChange>();
        services.AddSingleton<RefundRecord>();
        services.AddSingleton<AdjustRecord>();
        services.AddSingleton<ResolveOutcome>();
        services.AddSingleton<ImportUsage>();
        services.AddScoped<CorrectionList>();
        return services;
    }
}

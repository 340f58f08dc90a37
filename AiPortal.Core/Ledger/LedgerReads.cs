using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Ledger;

/// <summary>What pages and endpoints read of the ledger; writing has a feature of its own.</summary>
public static class LedgerReads
{
    public static IServiceCollection AddLedgerReads(this IServiceCollection services)
    {
        services.AddSingleton<RecordList>();
        services.AddSingleton<CallList>();
        services.AddSingleton<CallReceipts>();
        services.AddSingleton<PricePreview>();
        services.AddSingleton<UnpricedTraffic>();
        return services;
    }
}

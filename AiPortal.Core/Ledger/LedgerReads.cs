using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Ledger;

/// <summary>What pages and endpoints read of the ledger; writing has a feature of its own.</summary>
public static class LedgerReads
{
    public static IServiceCollection AddLedgerReads(this IServiceCollection services)
    {
        services.AddScoped<RecordList>();
        services.AddScoped<CallList>();
        services.AddScoped<CallReceipts>();
        services.AddScoped<PricePreview>();
        services.AddScoped<UnpricedTraffic>();
        return services;
    }
}

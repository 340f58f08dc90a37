using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AiPortal.Core.Billing;

/// <summary>Drafts, finalized bills and their reads.</summary>
public static class BillingFeature
{
    /// <summary>The gateway registers its own <see cref="IOpenCalls"/>, before or after.</summary>
    public static IServiceCollection AddBilling(this IServiceCollection services)
    {
        services.AddScoped<BillEntryReader>();
        services.AddScoped<BillReader>();
        services.AddScoped<BillChoiceReader>();
        services.AddSingleton<DraftBill>();
        services.AddForPortal<FinalizeBill>();
        services.AddSingleton<DiscardBill>();
        services.TryAddSingleton<IOpenCalls, NoOpenCalls>();
        return services;
    }
}

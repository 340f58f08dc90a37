using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Alerts;

/// <summary>Alerts and their delivery.</summary>
public static class AlertsFeature
{
    /// <summary>After the budgets: thresholds are compared with the amounts that they have posted.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddSingleton<ILedgerFollower, AlertPosting>();
        services.AddSingleton<IBudgetFollower, AlertArming>();
        services.AddSingleton<AlertList>();
        services.AddSingleton<MarkAlert>();
        return services;
    }
}

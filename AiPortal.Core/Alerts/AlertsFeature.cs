using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Jobs;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Alerts;

/// <summary>Alerts and their delivery.</summary>
public static class AlertsFeature
{
    /// <summary>After the budgets: thresholds are compared with the amounts that they have posted. The host gives <see cref="AlertingOptions"/>.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddSingleton<ILedgerFollower, AlertPosting>();
        services.AddSingleton<IBudgetFollower, AlertArming>();
        services.AddScoped<AlertList>();
        services.AddSingleton<MarkAlert>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<MailSender>();
        services.AddSingleton<DeliveryQueue>();
        services.AddScoped<DeliveryList>();
        services.AddSingleton<ReplayDelivery>();
        services.AddSingleton<ChangeAlertChannels>();
        services.AddSingleton<TestAlertChannels>();
        services.AddSingleton<AlertDispatch>();
        services.AddJob<ExpiryReminders>();
        services.AddJob<IdleKeyFinder>();
        services.AddSealed(
            new SealedColumn("alert_channels", "webhook_secret_cipher", "alert-webhook:{organization_id}"),
            new SealedColumn("alert_channels", "previous_secret_cipher", "alert-webhook:{organization_id}"));
        services.AddHostedService(provider => provider.GetRequiredService<AlertDispatch>());
        return services;
    }
}

using AiPortal.Api;
using AiPortal.Core.Billing;
using AiPortal.Hosting;

namespace AiPortal.Billing;

/// <summary>Bills, their documents and their downloads.</summary>
internal static class BillingHost
{
    public static IServiceCollection AddBillingHost(this IServiceCollection services)
    {
        services.AddBilling();
        services.AddSingleton(provider => new ChromiumPrinter(
            provider.GetRequiredService<PortalSettings>().Chromium, provider.GetRequiredService<ILogger<ChromiumPrinter>>()));
        services.AddScoped<BillPdf>();
        services.AddScoped<BillExport>();
        services.AddSingleton<DownloadTickets>();
        return services;
    }
}

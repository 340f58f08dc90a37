using AiPortal.Core.Catalog;
using AiPortal.Core.Providers;
using AiPortal.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AiPortal.Providers;

/// <summary>Accounts at vendors, with the private networks that the operator allows.</summary>
internal static class ProvidersHost
{
    public static IServiceCollection AddProvidersHost(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new UpstreamAddressGuard(provider.GetRequiredService<PortalSettings>().PrivateUpstreams));
        return services.AddProviders([.. SandboxPrices.All.Select(price => price.ModelName)]);
    }
}

using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Providers;

/// <summary>Accounts at vendors; needs an <see cref="UpstreamAddressGuard"/>.</summary>
public static class ProvidersFeature
{
    /// <param name="sandboxModels">What the sandbox says when it is asked for its models.</param>
    public static IServiceCollection AddProviders(this IServiceCollection services, IReadOnlyList<string> sandboxModels)
    {
        services.AddSingleton(new SandboxModels(sandboxModels));
        services.AddSingleton<UpstreamAddress>();
        services.AddSingleton<ProviderCredential>();
        services.AddSingleton<ProviderProbe>();
        services.AddSingleton<ProviderList>();
        services.AddSingleton<AddProvider>();
        services.AddSingleton<ChangeProvider>();
        services.AddSingleton<RemoveProvider>();
        services.AddSingleton<TestProvider>();
        services.AddSingleton<SyncProvider>();
        services.AddSingleton<RotateProviderKey>();
        services.AddSingleton<RetireProviderKey>();
        services.AddSingleton<RestoreProviderKey>();
        services.AddJob<SyncProviders>();
        services.AddSealed(
            new SealedColumn("providers", "api_key_cipher", "provider:{organization_id}:{id}"),
            new SealedColumn("providers", "previous_key_cipher", "provider:{organization_id}:{id}"));
        return services.AddProviderApprovals();
    }
}

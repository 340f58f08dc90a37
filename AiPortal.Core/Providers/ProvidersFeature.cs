using AiPortal.Core.Data;
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
        services.AddScoped<ProviderList>();
        services.AddSingleton<AddProvider>();
        services.AddSingleton<ChangeProvider>();
        services.AddSingleton<RemoveProvider>();
        services.AddSingleton(WithAllAccounts<TestProvider>);
        services.AddSingleton(WithAllAccounts<SyncProvider>);
        services.AddSingleton(WithAllAccounts<RotateProviderKey>);
        services.AddSingleton<RetireProviderKey>();
        services.AddSingleton<RestoreProviderKey>();
        services.AddJob<SyncProviders>();
        services.AddSealed(
            new SealedColumn("providers", "api_key_cipher", "provider:{organization_id}:{id}"),
            new SealedColumn("providers", "previous_key_cipher", "provider:{organization_id}:{id}"));
        return services.AddProviderApprovals();
    }

    /// <summary>Jobs use these too; who may, may in the whole organization.</summary>
    private static T WithAllAccounts<T>(IServiceProvider provider) =>
        ActivatorUtilities.CreateInstance<T>(provider, new ProviderList(new TenantDb(provider.GetRequiredService<PortalDatabase>())));
}

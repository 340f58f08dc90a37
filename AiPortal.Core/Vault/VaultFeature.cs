using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Vault;

/// <summary>Master keys and what they seal; needs an <see cref="IMasterKeySource"/>, a <see cref="VaultNode"/> and the vault itself.</summary>
public static class VaultFeature
{
    public static IServiceCollection AddVault(this IServiceCollection services)
    {
        services.AddSingleton<MasterKeyBook>();
        services.AddSingleton<MasterKeyHolders>();
        services.AddSingleton<MasterKeyKeeper>();
        services.AddSingleton<VaultStatus>();
        services.AddSingleton<RotateMasterKey>();
        services.AddSingleton<DestroyMasterKey>();
        services.AddHostedService<VaultWatch>();
        return services;
    }
}

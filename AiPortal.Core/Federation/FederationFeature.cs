using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Federation.Directories;
using AiPortal.Core.Federation.Providers;
using AiPortal.Core.Providers;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Federation;

/// <summary>People whom somebody else than the portal knows: directories and identity providers.</summary>
public static class FederationFeature
{
    public static IServiceCollection AddFederation(this IServiceCollection services)
    {
        services.AddSingleton<DirectoryVisits>();
        services.AddSingleton<DirectoryAttempts>();
        services.AddScoped<DirectoryRead>();
        services.AddSingleton<RemoveDirectory>();
        services.AddScoped<AdmitPerson>();
        services.AddScoped<IPasswordAuthority, DirectorySignIn>();
        services.AddSingleton(of => new ChangeDirectory(
            of.GetRequiredService<ChangeGate>(), of.GetRequiredService<UpstreamAddressGuard>(), of.GetRequiredService<Sessions>(), of.GetRequiredService<DirectoryVisits>(), of.GetRequiredService<TimeProvider>()));
        services.AddScoped(of => new TryDirectory(
            of.GetRequiredService<TenantDb>(), of.GetRequiredService<UpstreamAddressGuard>(), of.GetRequiredService<DirectoryVisits>(), of.GetRequiredService<AdmitPerson>()));
        services.AddForPortal<IdentityProviders>();
        services.AddSingleton<ChangeIdentityProvider>();
        services.AddScoped(of => new ProviderSignIn(of.GetRequiredService<AdmitPerson>(), of.GetRequiredService<SignIn>()));
        services.AddSingleton<ConnectedWays>();
        services.AddSealed(
            new SealedColumn("ldap_directories", "bind_secret_cipher", "directory:{organization_id}:{id}"),
            new SealedColumn("identity_providers", "client_secret_cipher", "identity_provider:{organization_id}:{id}"));
        return services;
    }
}

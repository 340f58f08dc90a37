using AiPortal.Access;
using AiPortal.Access.Account;
using AiPortal.Core.Federation;
using AiPortal.Core.Federation.Providers;
using AiPortal.Federation.Providers;

namespace AiPortal.Federation;

/// <summary>The endpoints and pages of directories and identity providers.</summary>
internal static class FederationHost
{
    public static IServiceCollection AddFederationHost(this IServiceCollection services)
    {
        services.AddFederation();
        services.AddSingleton<ProviderChannel>();
        services.AddSingleton<ProviderDiscovery>();
        services.AddSingleton(new AccountPart(typeof(ConnectedPanel)));
        services.AddScoped<ProviderDoor>();
        services.AddSingleton<IProviderButtons, Buttons>();
        return services;
    }

    public static void MapFederation(this IEndpointRouteBuilder api)
    {
        DirectoryEndpoints.Map(api);
        ProviderEndpoints.Map(api);
        IdentityEndpoints.Map(api);
    }

    private sealed class Buttons(IdentityProviders providers) : IProviderButtons
    {
        public async Task<IReadOnlyList<(Guid Id, string Name)>> ForAsync(Guid? organizationId, CancellationToken token) =>
            [.. (await providers.ButtonsAsync(organizationId, token)).Select(button => (button.Id, button.Name))];
    }
}

using AiPortal.Core.Federation;

namespace AiPortal.Federation;

/// <summary>The endpoints and pages of directories and identity providers.</summary>
internal static class FederationHost
{
    public static IServiceCollection AddFederationHost(this IServiceCollection services) => services.AddFederation();

    public static void MapFederation(this IEndpointRouteBuilder api) => DirectoryEndpoints.Map(api);
}

using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Search;

/// <summary>Finding things by name.</summary>
public static class SearchFeature
{
    public static IServiceCollection AddSearch(this IServiceCollection services) => services.AddScoped<PortalSearch>();
}

using AiPortal.Core.Access;
using AiPortal.Core.Jobs;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AiPortal.Core.Routing;

/// <summary>The configuration snapshot and the choice of attempts.</summary>
public static class RoutingFeature
{
    public static IServiceCollection AddCallRouting(this IServiceCollection services)
    {
        services.AddSingleton<HealthBook>();
        services.AddSingleton<HealthMetrics>();
        services.TryAddSingleton(new AccountCheckOptions());
        services.AddJob<CheckAccounts>();
        services.AddSingleton<CreateRoute>();
        services.AddSingleton<ChangeRoute>();
        services.AddSingleton<RemoveRoute>();
        services.AddScoped<RouteList>();
        services.AddSingleton<RouteTrial>();
        services.AddSingleton<SnapshotLoader>();
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<IConfigurationListener>(provider => provider.GetRequiredService<SnapshotStore>());
        services.AddHostedService(provider => provider.GetRequiredService<SnapshotStore>());
        return services;
    }
}

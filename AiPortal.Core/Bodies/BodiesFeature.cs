using AiPortal.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Bodies;

/// <summary>Texts of calls, kept where an organization asks for it. The host gives <see cref="BodyOptions"/>.</summary>
public static class BodiesFeature
{
    public static IServiceCollection AddBodies(this IServiceCollection services)
    {
        services.AddSingleton<BodyStore>();
        services.AddSingleton<BodyWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<BodyWriter>());
        services.AddSingleton<ReadCallBody>();
        services.AddJob<KeepBodyDays>();
        return services;
    }
}

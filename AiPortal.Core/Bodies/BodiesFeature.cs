using AiPortal.Core.Data.Sealing;
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
        services.AddSealed(
            new SealedColumn("call_bodies", "request", "call_body:{organization_id}:{id}:request", Expires: true),
            new SealedColumn("call_bodies", "response", "call_body:{organization_id}:{id}:response", Expires: true));
        return services;
    }
}

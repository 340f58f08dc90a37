using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Jobs;

/// <summary>Jobs as features name them; the host runs them.</summary>
public static class JobsFeature
{
    public static IServiceCollection AddJob<T>(this IServiceCollection services) where T : class, IScheduledJob
    {
        services.AddSingleton<T>();
        return services.AddSingleton<IScheduledJob>(provider => provider.GetRequiredService<T>());
    }
}

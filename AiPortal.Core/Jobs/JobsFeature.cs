using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Jobs;

/// <summary>Jobs and their runs. The host gives <see cref="JobNode"/>.</summary>
public static class JobsFeature
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobRuns>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<JobRunner>());
        return services;
    }

    public static IServiceCollection AddJob<T>(this IServiceCollection services) where T : class, IScheduledJob
    {
        services.AddSingleton<T>();
        return services.AddSingleton<IScheduledJob>(provider => provider.GetRequiredService<T>());
    }
}

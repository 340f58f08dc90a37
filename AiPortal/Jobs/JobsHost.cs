using AiPortal.Core.Data;
using Quartz;

namespace AiPortal.Jobs;

/// <summary>Quartz with its tables in PostgreSQL: all nodes on one database are one cluster, and each run is one node's.</summary>
internal static class JobsHost
{
    public static IServiceCollection AddJobsHost(this IServiceCollection services)
    {
        services.AddLogging(logging => logging.AddFilter("Quartz", LogLevel.Warning));
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "portal";
                scheduler.GenerateInstanceId = true;
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            });
            quartz.UseDefaultThreadPool(maxConcurrency: 2);
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(source => source.DataSourceFactory = provider => provider.GetRequiredService<PortalDatabase>().System);
                store.ConfigureStore(options => options.TablePrefix = "qrtz_");
                store.UseClustering();
                store.UseExecutionHistory();
            });
        });
        services.AddHostedService<JobSchedule>();
        services.AddQuartzHostedService(options => (options.WaitForJobsToComplete, options.AwaitApplicationStarted) = (true, true));
        return services;
    }
}

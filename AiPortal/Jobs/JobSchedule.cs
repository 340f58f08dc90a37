using AiPortal.Core.Jobs;
using Quartz;

namespace AiPortal.Jobs;

/// <summary>Makes the stored schedule the one that this version of the portal names. A job that stays keeps its due times.</summary>
internal sealed class JobSchedule(ISchedulerFactory schedulers, IEnumerable<IScheduledJob> jobs) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        foreach (var job in jobs)
        {
            var stored = await scheduler.GetTrigger(new TriggerKey(job.Name), cancellationToken) as ISimpleTrigger;
            if (stored?.RepeatInterval == job.Every) continue;
            var detail = JobBuilder.Create<ScheduledJobRun>().WithIdentity(job.Name).Build();
            var trigger = TriggerBuilder.Create().WithIdentity(job.Name).ForJob(detail).StartNow()
                .WithSimpleSchedule(schedule => schedule.WithInterval(job.Every).RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount))
                .Build();
            await scheduler.ScheduleJob(detail, [trigger], new ScheduleJobOptions { Replace = true }, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using AiPortal.Core.Jobs;
using Quartz;

namespace AiPortal.Jobs;

/// <summary>A run of the job that its key names; a newer version of the portal may have left keys that this one does not know.</summary>
[DisallowConcurrentExecution]
internal sealed class ScheduledJobRun(IEnumerable<IScheduledJob> jobs) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (jobs.FirstOrDefault(job => job.Name == context.JobDetail.Key.Name) is { } job)
            context.Result = await job.RunAsync(cancellationToken);
    }
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Jobs;

/// <summary>Name of this node in the rows of its runs.</summary>
public sealed record JobNode(string Name);

/// <summary>Runs each job when it is due, unless another node has that run already. A job never runs twice at a time on a node.</summary>
public sealed class JobRunner(IEnumerable<IScheduledJob> jobs, JobRuns runs, JobNode node, TimeProvider clock, ILogger<JobRunner> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(jobs.Select(job => Task.Run(() => RepeatAsync(job), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>A run under way is told to end; its next due time does it again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Runs a job now if nobody has the run that is due. Null when somebody has.</summary>
    public async Task<string?> RunDueAsync(IScheduledJob job, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var dueAt = new DateTimeOffset(now.Ticks - (now.Ticks % job.Every.Ticks), TimeSpan.Zero);
        if (!await runs.ClaimAsync(job.Name, dueAt, node.Name, token)) return null;
        try
        {
            var message = await job.RunAsync(token);
            await runs.EndAsync(job.Name, dueAt, "ok", message, token);
            return message;
        }
        catch (Exception fault) when (!token.IsCancellationRequested)
        {
            logger.LogError(fault, "Job {Job} failed", job.Name);
            await runs.EndAsync(job.Name, dueAt, "failed", fault.Message, token);
            return fault.Message;
        }
    }

    private async Task RepeatAsync(IScheduledJob job)
    {
        var wait = job.Every / 10 < LongestWait ? job.Every / 10 : LongestWait;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await RunDueAsync(job, _stopping.Token);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
            {
                logger.LogWarning("Job {Job} waits for the database: {Fault}", job.Name, fault.Message);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(wait, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

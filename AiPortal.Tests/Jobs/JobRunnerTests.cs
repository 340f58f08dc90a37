using AiPortal.Core.Jobs;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiPortal.Tests.Jobs;

public sealed class JobRunnerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task RunDue_ManyNodesAtOnce_OneRunsIt()
    {
        var job = new Counted("once", TimeSpan.FromDays(365), fails: false);
        var nodes = Enumerable.Range(0, 8).Select(node => Runner(job, $"node-{node}")).ToList();

        var answers = await Task.WhenAll(nodes.Select(node => node.RunDueAsync(job, default)));

        Assert.Equal(1, job.Runs);
        Assert.Equal("done", Assert.Single(answers, answer => answer is not null));
        Assert.Equal("ok", await OutcomeAsync("once"));
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public async Task RunDue_JobThrows_IsAFailedRunAndNotTriedUntilItIsDueAgain()
    {
        var job = new Counted("failing", TimeSpan.FromDays(365), fails: true);
        using var node = Runner(job, "node");

        Assert.Equal("It broke.", await node.RunDueAsync(job, default));
        Assert.Null(await node.RunDueAsync(job, default));

        Assert.Equal((1, "failed"), (job.Runs, await OutcomeAsync("failing")));
    }

    private JobRunner Runner(IScheduledJob job, string node) =>
        new([job], new JobRuns(database.Portal, TimeProvider.System), new JobNode(node), TimeProvider.System, NullLogger<JobRunner>.Instance);

    private Task<string> OutcomeAsync(string name) => database.ScalarAsync<string>("SELECT outcome FROM job_runs WHERE name = $1", name);

    private sealed class Counted(string name, TimeSpan every, bool fails) : IScheduledJob
    {
        private int _runs;

        public int Runs => _runs;

        public string Name => name;

        public TimeSpan Every => every;

        public Task<string> RunAsync(CancellationToken token)
        {
            Interlocked.Increment(ref _runs);
            return fails ? throw new InvalidOperationException("It broke.") : Task.FromResult("done");
        }
    }
}

using System.Threading.Channels;
using AiPortal.Core.Jobs;
using AiPortal.Jobs;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AiPortal.Tests.Jobs;

public sealed class JobsTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private readonly List<IHost> _nodes = [];

    public Task InitializeAsync() => _database.InitializeAsync();

    [Fact]
    public async Task Run_ManyNodesOnOneDatabase_IsOneNodes()
    {
        var job = new Counted("once", TimeSpan.FromDays(365));
        for (var node = 0; node < 3; node++) await StartAsync(job);
        await job.RanAsync(1);
        foreach (var node in _nodes) await node.StopAsync();

        Assert.Equal(1, job.Runs);
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM qrtz_execution_history WHERE job_name = 'once' AND succeeded"));
    }

    [Fact]
    public async Task Run_OftenOnTwoNodes_NeverTwiceAtATime()
    {
        var job = new Counted("often", TimeSpan.FromMilliseconds(200));
        await StartAsync(job);
        await StartAsync(job);
        await job.RanAsync(12);
        foreach (var node in _nodes) await node.StopAsync();

        Assert.Equal(1, job.MostAtATime);
    }

    [Fact]
    public async Task Run_Throws_IsAFailedRunAndNextTimeTriesAgain()
    {
        var job = new Counted("failing", TimeSpan.FromMilliseconds(200)) { FailsAt = 1 };
        await StartAsync(job);
        await job.RanAsync(3);
        foreach (var node in _nodes) await node.StopAsync();

        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM qrtz_execution_history WHERE job_name = 'failing' AND NOT succeeded AND error_message LIKE '%It broke.%'"));
        Assert.True(await _database.ScalarAsync<long>("SELECT count(*) FROM qrtz_execution_history WHERE job_name = 'failing' AND succeeded") >= 1);
    }

    [Fact]
    public async Task Start_Again_KeepsDueTimesUnlessTheIntervalChanged()
    {
        var job = new Counted("kept", TimeSpan.FromDays(10));
        await StartAsync(job);
        await job.RanAsync(1);
        await StopAllAsync();
        var first = await NextAsync("kept");
        await StartAsync(new Counted("kept", TimeSpan.FromDays(10)));
        await StopAllAsync();
        Assert.Equal(first, await NextAsync("kept"));
        await StartAsync(new Counted("kept", TimeSpan.FromDays(2)));
        await StopAllAsync();
        Assert.NotEqual(first, await NextAsync("kept"));
    }

    public async Task DisposeAsync()
    {
        await StopAllAsync();
        await _database.DisposeAsync();
    }

    private Task<long> NextAsync(string name) => _database.ScalarAsync<long>("SELECT next_fire_time FROM qrtz_triggers WHERE trigger_name = $1", name);

    private async Task StartAsync(Counted job)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_database.Portal);
        builder.Services.AddSingleton<IScheduledJob>(job);
        builder.Services.AddJobsHost();
        var node = builder.Build();
        _nodes.Add(node);
        await node.StartAsync();
    }

    private async Task StopAllAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync();
            node.Dispose();
        }

        _nodes.Clear();
    }

    private sealed class Counted(string name, TimeSpan every) : IScheduledJob
    {
        private readonly Channel<int> _ran = Channel.CreateUnbounded<int>();
        private int _runs;
        private int _now;
        private int _most;

        public int Runs => _runs;

        public int MostAtATime => _most;

        public int FailsAt { get; init; }

        public string Name => name;

        public TimeSpan Every => every;

        public async Task<string> RunAsync(CancellationToken token)
        {
            _most = Math.Max(_most, Interlocked.Increment(ref _now));
            var run = Interlocked.Increment(ref _runs);
            try
            {
                await Task.Delay(5, token);
                return run == FailsAt ? throw new InvalidOperationException("It broke.") : "done";
            }
            finally
            {
                Interlocked.Decrement(ref _now);
                _ran.Writer.TryWrite(run);
            }
        }

        public async Task RanAsync(int times)
        {
            for (var i = 0; i < times; i++) await _ran.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Data.Embedded;

/// <summary>One run of the server process over a cluster, from launch to end.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string StopWhenPortalIsGone = """cat >/dev/null; kill -INT "$0" 2>/dev/null""";
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ClusterDirectory _cluster;
    private readonly PostgresBinaries _binaries;
    private readonly Process _process;
    private readonly Process _guard;
    private readonly Task<string> _lastWords;

    private PostgresServer(ClusterDirectory cluster, PostgresBinaries binaries, IEnumerable<string> settings)
    {
        _cluster = cluster;
        _binaries = binaries;
        _process = ChildProcess.Start(cluster.User.Command(
            binaries.Postgres, ["-D", cluster.Data, .. settings.SelectMany(setting => new[] { "-c", setting })], ownSession: true));
        _process.StandardInput.Close();
        _lastWords = ReadLastWordsAsync(_process);
        // Its input ends when this process does, however that happens, and then the server is told to stop.
        _guard = ChildProcess.Start(cluster.User.Command(
            "sh", ["-c", StopWhenPortalIsGone, _process.Id.ToString(CultureInfo.InvariantCulture)], ownSession: true));
    }

    internal int ProcessId => _process.Id;

    /// <summary>Ends when the server is ready; a recovery after a crash takes as long as it takes.</summary>
    internal static async Task<PostgresServer> StartAsync(
        ClusterDirectory cluster, PostgresBinaries binaries, IEnumerable<string> settings, ILogger logger, CancellationToken cancellation)
    {
        var server = new PostgresServer(cluster, binaries, settings);
        try
        {
            var began = Stopwatch.GetTimestamp();
            var said = Stopwatch.GetTimestamp();
            while (PostmasterFile.Read(cluster.Data) is not { IsReady: true } file || file.ProcessId != server.ProcessId)
            {
                if (server._process.HasExited)
                    throw new StartFault("Portal:DataDirectory",
                        $"PostgreSQL does not start on {cluster.Data}: {await server._lastWords}; its log is in {cluster.Log}");
                if (Stopwatch.GetElapsedTime(said) > Patience)
                {
                    said = Stopwatch.GetTimestamp();
                    logger.LogInformation("PostgreSQL is not ready after {Seconds:F0} s; it may be recovering after a crash",
                        Stopwatch.GetElapsedTime(began).TotalSeconds);
                }
                await Task.Delay(Glance, cancellation);
            }
            return server;
        }
        catch
        {
            await server.StopAsync(TimeSpan.FromSeconds(5), logger);
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The exit code, once it has ended for whatever reason.</summary>
    internal async Task<int> WaitForEndAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <summary>Ends clients' sessions and writes everything down; past the limit it leaves that to the next start's recovery.</summary>
    internal async Task StopAsync(TimeSpan limit, ILogger logger)
    {
        foreach (var (mode, patience) in new[] { ("fast", limit), ("immediate", TimeSpan.FromSeconds(10)) })
        {
            if (_process.HasExited)
                return;
            var stop = await PgCtl.StopAsync(_cluster, _binaries, mode, patience);
            if (!stop.Succeeded)
                logger.LogWarning("PostgreSQL did not stop in {Mode} mode: {Reason}", mode, stop.LastLine);
            else
                await _process.WaitForExitAsync();
        }
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
        _process.Dispose();
    }

    private static async Task<string> ReadLastWordsAsync(Process process)
    {
        var last = "it said nothing";
        while (await process.StandardError.ReadLineAsync() is { } line)
            // FATAL says what is wrong, HINT after it what PostgreSQL would do.
            last = line.Contains("FATAL", StringComparison.Ordinal) || !last.Contains("FATAL", StringComparison.Ordinal) ? line.Trim() : last;
        return last;
    }
}

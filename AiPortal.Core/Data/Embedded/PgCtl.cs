using System.Globalization;

namespace AiPortal.Core.Data.Embedded;

/// <summary>What is done to a cluster by commands, as its account: making it, stopping it, clearing up after a crash.</summary>
internal static class PgCtl
{
    // Orphaned backends end by themselves when they miss their postmaster; until then no other may touch the files.
    private static readonly TimeSpan OrphansLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the cluster beside its place and moves it there, so that a broken-off start leaves nothing half made.</summary>
    internal static async Task InitializeAsync(ClusterDirectory cluster, PostgresBinaries binaries, bool durable, CancellationToken cancellation)
    {
        var making = cluster.Data + ".new";
        await cluster.User.RunAsync("rm", ["-rf", making], cancellation);
        var made = await InitdbAsync("C.UTF-8");
        if (!made.Succeeded && made.Error.Contains("locale", StringComparison.OrdinalIgnoreCase))
            made = await InitdbAsync("C");
        if (made.Succeeded)
            made = await cluster.User.RunAsync("mv", ["-T", making, cluster.Data], cancellation);
        if (!made.Succeeded)
            throw new StartFault("Portal:DataDirectory", $"initdb failed in {making}: {made.LastLine}");

        Task<CommandResult> InitdbAsync(string locale) => cluster.User.RunAsync(binaries.Initdb,
            ["-D", making, "--username=postgres", "--encoding=UTF8", "--locale=" + locale, "--data-checksums",
                "--auth-local=trust", "--auth-host=reject", .. durable ? Array.Empty<string>() : ["--no-sync"]], cancellation);
    }

    internal static Task<CommandResult> StopAsync(ClusterDirectory cluster, PostgresBinaries binaries, string mode, TimeSpan limit) =>
        cluster.User.RunAsync(binaries.PgCtl,
            ["stop", "-D", cluster.Data, "-m", mode, "-w", "-t", Math.Ceiling(limit.TotalSeconds).ToString(CultureInfo.InvariantCulture)],
            CancellationToken.None);

    /// <summary>
    /// Makes the cluster free after a portal or server that was killed: stops a server that still runs, waits for what is left of
    /// a dead one, and takes away its file. The directory's lock says that nobody else is at it.
    /// </summary>
    internal static async Task ClearAsync(ClusterDirectory cluster, PostgresBinaries binaries, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(cluster.Data, "postmaster.pid")))
            return;

        var remaining = await ProcessesAsync(cluster, cancellation);
        if (PostmasterFile.Read(cluster.Data) is { } file && remaining.Contains(file.ProcessId)
            && !(await StopAsync(cluster, binaries, "fast", TimeSpan.FromSeconds(30))).Succeeded)
            await StopAsync(cluster, binaries, "immediate", TimeSpan.FromSeconds(10));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OrphansLimit);
        while ((remaining = await ProcessesAsync(cluster, cancellation)).Count > 0)
        {
            if (limit.IsCancellationRequested)
                throw new StartFault("Portal:DataDirectory", string.Create(CultureInfo.InvariantCulture,
                    $"process {remaining[0]} of an earlier PostgreSQL still uses {cluster.Data}; end it first"));
            await Task.Delay(Glance, cancellation);
        }
        await cluster.User.RunAsync("rm", ["-f", Path.Combine(cluster.Data, "postmaster.pid")], cancellation);
    }

    // Server and backends work in the data directory. A recycled process number does not, whatever postmaster.pid says.
    private static async Task<List<int>> ProcessesAsync(ClusterDirectory cluster, CancellationToken cancellation)
    {
        const string InDirectory = """for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$0" ] && echo "${p#/proc/}"; done; true""";
        var found = await cluster.User.RunAsync("sh", ["-c", InDirectory, cluster.Data], cancellation);
        return [.. found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }
}

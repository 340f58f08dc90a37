using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Data.Embedded;

/// <summary>The cluster this process holds: its server is started, started again when it dies, and stopped in the end.</summary>
internal sealed class OwnedCluster : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly EmbeddedPostgresOptions _options;
    private readonly ILogger _logger;
    private readonly ClusterDirectory _cluster;
    private readonly PostgresBinaries _binaries;
    private readonly CancellationTokenSource _stopping = new();
    private PostgresServer? _server;
    private Task _supervision = Task.CompletedTask;

    private OwnedCluster(
        EmbeddedPostgresOptions options, ILogger logger, ClusterDirectory cluster, PostgresBinaries binaries, string socket)
    {
        _options = options;
        _logger = logger;
        _cluster = cluster;
        _binaries = binaries;
        Socket = socket;
    }

    internal string Socket { get; }

    internal int ProcessId => _server?.ProcessId ?? throw new InvalidOperationException("The server is stopped.");

    internal static async Task<OwnedCluster> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        var cluster = await ClusterDirectory.OpenAsync(options.DataDirectory, cancellation);
        try
        {
            var major = cluster.Major;
            var binaries = await PostgresBinaries.FindAsync(options.PostgresBin, major, cluster.User, cancellation);
            if (major is null)
                await PgCtl.InitializeAsync(cluster, binaries, options.Durable, cancellation);
            else
                await PgCtl.ClearAsync(cluster, binaries, cancellation);

            var socket = await SocketDirectory.MakeAsync(cluster, cancellation);
            var owned = new OwnedCluster(options, logger, cluster, binaries, socket);
            owned._server = await PostgresServer.StartAsync(cluster, binaries, owned.Settings(), logger, cancellation);
            owned._supervision = owned.SuperviseAsync(owned._server);
            return owned;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    internal async Task StopAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _supervision;
        if (_server is { } server)
        {
            _server = null;
            await server.StopAsync(_options.StopLimit, _logger);
            await server.DisposeAsync();
        }
        SocketDirectory.Remove(Socket, _cluster.Root);
        _cluster.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task SuperviseAsync(PostgresServer server)
    {
        try
        {
            while (true)
            {
                var code = await server.WaitForEndAsync(_stopping.Token);
                _logger.LogError("PostgreSQL ended with code {Code} and is started again; its log is in {Log}", code, _cluster.Log);
                await server.DisposeAsync();
                _server = null;
                server = await RestartAsync();
                _server = server;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _logger.LogDebug("The supervision of PostgreSQL ends with the portal");
        }
    }

    private async Task<PostgresServer> RestartAsync()
    {
        for (var wait = TimeSpan.FromSeconds(1); ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await PgCtl.ClearAsync(_cluster, _binaries, _stopping.Token);
                await SocketDirectory.MakeAsync(_cluster, _stopping.Token);
                return await PostgresServer.StartAsync(_cluster, _binaries, Settings(), _logger, _stopping.Token);
            }
            catch (Exception failure) when (failure is StartFault or IOException or UnauthorizedAccessException)
            {
                _logger.LogError(failure, "PostgreSQL cannot be started again; the next attempt is in {Wait}", wait);
                await Task.Delay(wait, _stopping.Token);
            }
        }
    }

    private IEnumerable<string> Settings()
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["listen_addresses"] = "",
            ["port"] = "5432",
            ["unix_socket_directories"] = Socket,
            ["unix_socket_permissions"] = "0700",
            ["cluster_name"] = "aiportal",
            ["max_connections"] = "100",
            ["shared_buffers"] = "128MB",
            ["synchronous_commit"] = "on",
            ["jit"] = "off",
            ["TimeZone"] = "UTC",
            // One file a weekday, begun anew a week later, so a portal that nobody looks at does not fill its disk.
            ["logging_collector"] = "on",
            ["log_directory"] = _cluster.Log,
            ["log_filename"] = "postgresql-%a.log",
            ["log_rotation_age"] = "1d",
            ["log_rotation_size"] = "0",
            ["log_truncate_on_rotation"] = "on",
            ["log_file_mode"] = "0600",
            ["log_timezone"] = "UTC",
        };
        // Commits stay synchronous all the same: a killed server must lose nothing in tests either.
        if (!_options.Durable)
            settings["fsync"] = settings["full_page_writes"] = "off";
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        return settings.Select(setting => $"{setting.Key}={setting.Value}");
    }
}

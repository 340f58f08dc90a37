using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Data.Embedded;

/// <summary>
/// A private PostgreSQL on a Unix socket that lives and ends with this process. A server that dies in between is started
/// again; one that outlived a killed portal is stopped at the next start.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly EmbeddedPostgresOptions _options;
    private readonly ILogger _logger;
    private readonly ClusterDirectory _cluster;
    private readonly PostgresBinaries _binaries;
    private readonly string _socket;
    private readonly CancellationTokenSource _stopping = new();
    private PostgresServer? _server;
    private Task _supervision = Task.CompletedTask;

    private EmbeddedPostgres(
        EmbeddedPostgresOptions options, ILogger logger, ClusterDirectory cluster, PostgresBinaries binaries, string socket)
    {
        _options = options;
        _logger = logger;
        _cluster = cluster;
        _binaries = binaries;
        _socket = socket;
    }

    /// <summary>The server's process.</summary>
    internal int ProcessId => _server?.ProcessId ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>Makes the cluster where there is none and starts it; returns when it takes connections.</summary>
    /// <exception cref="StartFault">The directory, the programs or the account do not allow it.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);

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
            var postgres = new EmbeddedPostgres(options, logger, cluster, binaries, socket);
            postgres._server = await PostgresServer.StartAsync(cluster, binaries, postgres.Settings(), logger, cancellation);
            postgres._supervision = postgres.SuperviseAsync(postgres._server);
            return postgres;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>An Npgsql connection string for a login role. No password: only this process's account can reach the socket.</summary>
    public string ConnectionStringFor(string role, string database = "portal") =>
        new NpgsqlConnectionStringBuilder { Host = _socket, Port = 5432, Username = role, Database = database }.ConnectionString;

    public string SuperuserConnectionString(string database = "postgres") => ConnectionStringFor("postgres", database);

    /// <summary>Stops the server and waits for its end, then releases the directory. Further calls do nothing.</summary>
    public async Task StopAsync()
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
        SocketDirectory.Remove(_socket, _cluster.Root);
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
            ["unix_socket_directories"] = _socket,
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

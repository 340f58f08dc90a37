using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Data.Embedded;

/// <summary>
/// A private PostgreSQL on a Unix socket that lives and ends with this process. A server that dies in between is started
/// again; one that outlived a killed portal is stopped at the next start.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private readonly OwnedCluster? _owned;
    private readonly string _socket;

    private EmbeddedPostgres(string socket, OwnedCluster? owned)
    {
        _socket = socket;
        _owned = owned;
    }

    /// <summary>The server's process.</summary>
    internal int ProcessId => _owned?.ProcessId ?? throw new InvalidOperationException("The server belongs to another portal.");

    /// <summary>Makes the cluster where there is none and starts it; returns when it takes connections.</summary>
    /// <exception cref="StartFault">The directory, the programs or the account do not allow it.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        try
        {
            var owned = await OwnedCluster.StartAsync(options, logger, cancellation);
            return new EmbeddedPostgres(owned.Socket, owned);
        }
        catch (StartFault fault) when (options.JoinRunning && ClusterDirectory.IsHeldByAnother(fault)
            && PostmasterFile.Read(Path.Combine(Path.GetFullPath(options.DataDirectory), "pg", "data")) is { IsReady: true } running)
        {
            return new EmbeddedPostgres(running.Socket, owned: null);
        }
    }

    /// <summary>An Npgsql connection string for a login role. No password: only this process's account can reach the socket.</summary>
    public string ConnectionStringFor(string role, string database = "portal") =>
        new NpgsqlConnectionStringBuilder
        {
            Host = _socket,
            Port = 5432,
            Username = role,
            Database = database,
            // A pool for each of the three roles fits into the server's 100 connections; a burst waits instead of failing.
            MaxPoolSize = 30,
        }.ConnectionString;

    public string SuperuserConnectionString(string database = "postgres") => ConnectionStringFor("postgres", database);

    /// <summary>
    /// Stops the server and waits for its end, then releases the directory; one that was joined runs on. Further calls do nothing.
    /// </summary>
    public Task StopAsync() => _owned?.StopAsync() ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}

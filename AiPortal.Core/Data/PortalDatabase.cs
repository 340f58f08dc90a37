using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Data;

/// <summary>The three roles of the database: who may see what is decided there, not by care in queries.</summary>
public static class PortalRoles
{
    /// <summary>Owns the tables; migrations only.</summary>
    public const string Owner = "portal_owner";

    /// <summary>Every page and endpoint; row-level security by <c>portal.org</c>.</summary>
    public const string App = "portal_app";

    /// <summary>Snapshot loader, ledger writer, jobs, sign-in look-up, verify; policies of its own.</summary>
    public const string System = "portal_system";
}

/// <summary>Connections to the database, one pool a role.</summary>
public sealed class PortalDatabase : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly DbContextOptions<PortalDb> _systemOptions;
    private readonly DbContextOptions<PortalDb> _appOptions;

    /// <param name="connectionFor">Gives the connection string of a role.</param>
    /// <param name="clock">Stamps rows.</param>
    public PortalDatabase(Func<string, string> connectionFor, TimeProvider clock)
    {
        _clock = clock;
        Owner = NpgsqlDataSource.Create(connectionFor(PortalRoles.Owner));
        App = NpgsqlDataSource.Create(Watched(connectionFor(PortalRoles.App), idleSeconds: 60));
        System = NpgsqlDataSource.Create(Watched(connectionFor(PortalRoles.System), idleSeconds: 15));
        _systemOptions = new DbContextOptionsBuilder<PortalDb>().UseNpgsql(System).Options;
        _appOptions = new DbContextOptionsBuilder<PortalDb>().UseNpgsql(App).Options;
    }

    /// <summary>Migrations only.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>Pages and endpoints, always through <see cref="TenantDb"/>.</summary>
    public NpgsqlDataSource App { get; }

    /// <summary>System work that spans organizations.</summary>
    public NpgsqlDataSource System { get; }

    /// <summary>A context of the system role; sees every organization.</summary>
    public PortalDb OpenSystem() => new(_systemOptions, null, _clock);

    /// <summary>A context of the system role whose queries see one organization.</summary>
    internal PortalDb OpenSystem(Guid organizationId) => new(_systemOptions, organizationId, _clock);

    internal PortalDb OpenApp(Guid organizationId) => new(_appOptions, organizationId, _clock);

    /// <summary>A given connection string that logs in as one user and takes on a role; the user must be a member of it.</summary>
    public static Func<string, string> AsMember(string connectionString) => role =>
        new NpgsqlConnectionStringBuilder(connectionString) { Options = $"{new NpgsqlConnectionStringBuilder(connectionString).Options} -c role={role}".TrimStart(), ApplicationName = role }.ConnectionString;

    /// <summary>
    /// A host that is lost says nothing: without these the portal would wait half a minute for each of its connections, and the server
    /// would keep the locks of their transactions for hours. What the operator's string says goes first, where it is not the driver's
    /// own default.
    /// </summary>
    private static string Watched(string connectionString, int idleSeconds)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var standard = new NpgsqlConnectionStringBuilder();
        if (settings.KeepAlive == standard.KeepAlive) settings.KeepAlive = 5;
        if (settings.CommandTimeout == standard.CommandTimeout) settings.CommandTimeout = 15;
        if (settings.CancellationTimeout == standard.CancellationTimeout) settings.CancellationTimeout = 1000;
        // The last of two settings counts.
        settings.Options = $"-c idle_in_transaction_session_timeout={idleSeconds}s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 {settings.Options}".TrimEnd();
        return settings.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await App.DisposeAsync();
        await System.DisposeAsync();
    }
}

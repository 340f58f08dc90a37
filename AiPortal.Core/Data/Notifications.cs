using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Data;

/// <summary>PostgreSQL channels by which nodes hear of each other's commits.</summary>
public static class Notifications
{
    /// <summary>Keys, providers, prices, budgets or organizations changed.</summary>
    public const string Configuration = "portal_configuration";

    /// <summary>A topic of <see cref="LiveSignals"/> was raised on a node.</summary>
    public const string Signals = "portal_signals";

    /// <summary>Sent when the surrounding transaction commits.</summary>
    public static Task AnnounceConfigurationAsync(PortalDb db, CancellationToken token) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({Configuration}, '')", token);

    /// <summary>Raises a topic on every node, this one included, when the surrounding transaction commits.</summary>
    public static Task SignalAsync(PortalDb db, string topic, CancellationToken token) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({Signals}, {topic})", token);

    /// <inheritdoc cref="SignalAsync(PortalDb, string, CancellationToken)"/>
    public static async Task SignalAsync(NpgsqlConnection connection, string[] topics, CancellationToken token)
    {
        await using var command = new NpgsqlCommand("SELECT pg_notify($1, topic) FROM unnest($2) topic", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Signals });
        command.Parameters.Add(new NpgsqlParameter { Value = topics });
        await command.ExecuteNonQueryAsync(token);
    }
}

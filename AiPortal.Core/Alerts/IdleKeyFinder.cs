using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using AiPortal.Core.Keys;
using Npgsql;

namespace AiPortal.Core.Alerts;

/// <summary>
/// Proposes, unasked, to disable keys that nobody uses: a notice a month and organization, which leads to them. Nothing is disabled
/// without a person's click.
/// </summary>
public sealed class IdleKeyFinder(PortalDatabase database, LiveSignals signals, TimeProvider clock) : IScheduledJob
{
    public string Name => "idle-keys";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task<string> RunAsync(CancellationToken token)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.System.OpenConnectionAsync(token);
        var found = await FindAsync(connection, now, token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var raised = await AlertBook.RaiseAsync(connection, found.Select(pair => Draft(pair.Organization, pair.Count, now)), clock, token);
        await transaction.CommitAsync(token);
        foreach (var organization in raised) signals.Raise(AlertBook.Topic(organization));
        return string.Create(CultureInfo.InvariantCulture, $"{found.Sum(pair => pair.Count)} keys of {found.Count} organizations are idle");
    }

    private static async Task<IReadOnlyList<(Guid Organization, long Count)>> FindAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken token)
    {
        var found = new List<(Guid, long)>();
        await using var command = new NpgsqlCommand("""
            SELECT k.organization_id, count(*) FROM api_keys k
            WHERE k.deleted_at IS NULL AND k.status = 'active' AND k.created_at < $1 AND (k.expires_at IS NULL OR k.expires_at > $2)
              AND NOT EXISTS (SELECT 1 FROM call_log c WHERE c.key_id = k.id AND c.started_at >= $1)
            GROUP BY k.organization_id
            """, connection) { CommandTimeout = 120 };
        command.Parameters.Add(new NpgsqlParameter { Value = now.AddDays(-ApiKey.IdleDays) });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) found.Add((reader.GetGuid(0), reader.GetInt64(1)));
        return found;
    }

    private static AlertDraft Draft(Guid organization, long count, DateTimeOffset now) => new()
    {
        OrganizationId = organization,
        Type = AlertType.KeysIdle,
        Severity = AlertSeverity.Warning,
        Occasion = $"keys_idle:{now.UtcDateTime:yyyy-MM}",
        Title = string.Create(CultureInfo.InvariantCulture, $"{count} keys have not been used for {ApiKey.IdleDays} days"),
        Message = "A key that nobody uses is one that nobody misses when it leaks. Disable them under API keys, Idle; that can be taken back.",
        // What the reader's page makes a sentence of in his language.
        ModelName = count.ToString(CultureInfo.InvariantCulture),
    };
}

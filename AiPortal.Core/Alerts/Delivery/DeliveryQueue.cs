using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>A delivery that this process has claimed, with what it takes to make it.</summary>
internal sealed record ClaimedDelivery(Guid Id, Guid Claim, Guid OrganizationId, AlertChannel Channel, string Target, int Attempts, Alert? Alert, AlertChannels? Channels);

/// <summary>
/// The outbox. A claim gives a delivery to one process for a minute, far longer than an attempt may take; a process that dies leaves
/// it to the next, which sends the same event under the same id.
/// </summary>
internal sealed class DeliveryQueue(PortalDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan ClaimLength = TimeSpan.FromSeconds(60);

    private const string Take = """
        UPDATE alert_deliveries SET claim = $1, due_at = $2, updated_at = $3 WHERE id = (
          SELECT id FROM alert_deliveries WHERE status = 'pending' AND due_at <= $3 AND organization_id <> ALL($4)
          ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, organization_id, alert_id, channel, target, attempts
        """;

    private const string Finish = """
        UPDATE alert_deliveries SET claim = NULL, status = $3, attempts = $4, due_at = $5, last_error = $6, delivered_at = $7, updated_at = $8
        WHERE id = $1 AND claim = $2
        """;

    /// <summary>The delivery that has waited longest, of an organization that is not busy; null when none is due.</summary>
    public async Task<ClaimedDelivery?> ClaimAsync(Guid[] busy, CancellationToken token)
    {
        var (claim, now) = (Ids.New(clock), clock.GetUtcNow());
        await using var command = database.System.CreateCommand(Take);
        foreach (var value in (object[])[claim, now + ClaimLength, now, busy]) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(token);
        if (!await reader.ReadAsync(token)) return null;
        var (id, organization, alertId) = (reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2));
        var (channel, target, attempts) = (EnumWord.Parse<AlertChannel>(reader.GetString(3)), reader.GetString(4), reader.GetInt32(5));
        await using var db = database.OpenSystem();
        var alert = await db.Set<Alert>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == alertId, token);
        var channels = await db.Set<AlertChannels>().AsNoTracking().SingleOrDefaultAsync(c => c.OrganizationId == organization, token);
        return new ClaimedDelivery(id, claim, organization, channel, target, attempts, alert, channels);
    }

    /// <summary>Writes down how it ended, unless the claim has run out and somebody else has it.</summary>
    public async Task RecordAsync(ClaimedDelivery delivery, DeliveryOutcome outcome, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var failures = delivery.Attempts + (outcome.Ok ? 0 : 1);
        var wait = outcome.Ok || outcome.Final ? null : RetrySchedule.After(failures, outcome.RetryAfter);
        var status = outcome.Ok ? DeliveryStatus.Delivered : wait is null ? DeliveryStatus.Dead : DeliveryStatus.Pending;
        if (outcome.Gone && delivery.Channels is { } channels) await CloseAsync(channels, now, token);
        await using var command = database.System.CreateCommand(Finish);
        foreach (var value in (object[])[delivery.Id, delivery.Claim, EnumWord.Of(status), failures, now + (wait ?? TimeSpan.Zero)])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)Cut(outcome.Error) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = outcome.Ok ? now : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        await command.ExecuteNonQueryAsync(token);
    }

    private async Task CloseAsync(AlertChannels channels, DateTimeOffset now, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        await db.Set<AlertChannels>().Where(c => c.Id == channels.Id && c.WebhookUrl == channels.WebhookUrl)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.WebhookGoneAt, now), token);
    }

    private static string? Cut(string? text) => text is { Length: > 500 } ? text[..500] : text;
}

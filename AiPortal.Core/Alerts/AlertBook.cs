using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Alerts;

/// <summary>
/// The one way by which alerts come to be: with their deliveries, in the caller's transaction, one an occasion and arming however
/// often and by however many nodes it is asked for.
/// </summary>
public static class AlertBook
{
    private const string Insert = """
        INSERT INTO alerts (id, organization_id, created_at, updated_at, type, severity, occasion, title, message, budget_id, budget_name,
          period_type, period_start, period_end, threshold, limit_amount, used_amount, model_name, unit)
        VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT (organization_id, occasion) WHERE rearmed_at IS NULL DO NOTHING
        """;

    // A receiver that has said it is gone gets nothing more until it is set anew.
    private const string Deliver = """
        INSERT INTO alert_deliveries (id, organization_id, created_at, updated_at, alert_id, channel, target, status, attempts, due_at)
        SELECT gen_random_uuid(), $2, $3, $3, $1, t.channel, t.target, 'pending', 0, $3 FROM (
          SELECT 'webhook' AS channel, '' AS target FROM alert_channels c WHERE c.organization_id = $2 AND c.webhook_url IS NOT NULL AND c.webhook_gone_at IS NULL
          UNION ALL
          SELECT 'mail', r FROM alert_channels c CROSS JOIN LATERAL unnest(c.mail_recipients) r WHERE c.organization_id = $2) t
        """;

    /// <summary>The topic of <see cref="LiveSignals"/> for pages that show an organization's alerts.</summary>
    public static string Topic(Guid organizationId) => $"org:{organizationId}:alerts";

    /// <summary>Raises those of the drafts for which no alert stands. Gives the organizations that got one.</summary>
    public static async Task<IReadOnlySet<Guid>> RaiseAsync(NpgsqlConnection connection, IEnumerable<AlertDraft> drafts, TimeProvider clock, CancellationToken token)
    {
        var raised = new HashSet<Guid>();
        // In one order by all writers, so that two of them never wait for each other.
        foreach (var draft in drafts.OrderBy(draft => draft.OrganizationId).ThenBy(draft => draft.Occasion, StringComparer.Ordinal))
        {
            var (id, now) = (Ids.New(clock), clock.GetUtcNow());
            if (!await InsertAsync(connection, id, draft, now, token)) continue;
            await using var deliver = new NpgsqlCommand(Deliver, connection);
            foreach (var value in (object[])[id, draft.OrganizationId, now]) deliver.Parameters.Add(new NpgsqlParameter { Value = value });
            await deliver.ExecuteNonQueryAsync(token);
            raised.Add(draft.OrganizationId);
        }

        if (raised.Count > 0) await Notifications.SignalAsync(connection, [.. raised.Select(Topic)], token);
        return raised;
    }

    private static async Task<bool> InsertAsync(NpgsqlConnection connection, Guid id, AlertDraft draft, DateTimeOffset now, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        Add(id, NpgsqlDbType.Uuid);
        Add(draft.OrganizationId, NpgsqlDbType.Uuid);
        Add(now, NpgsqlDbType.TimestampTz);
        Add(EnumWord.Of(draft.Type), NpgsqlDbType.Text);
        Add(EnumWord.Of(draft.Severity), NpgsqlDbType.Text);
        Add(draft.Occasion, NpgsqlDbType.Text);
        Add(draft.Title, NpgsqlDbType.Text);
        Add(draft.Message, NpgsqlDbType.Text);
        Add(draft.BudgetId, NpgsqlDbType.Uuid);
        Add(draft.BudgetName, NpgsqlDbType.Text);
        Add(draft.PeriodType?.ToText(), NpgsqlDbType.Text);
        Add(draft.PeriodStart, NpgsqlDbType.TimestampTz);
        Add(draft.PeriodEnd, NpgsqlDbType.TimestampTz);
        Add(draft.Threshold, NpgsqlDbType.Numeric);
        Add(draft.LimitAmount, NpgsqlDbType.Numeric);
        Add(draft.UsedAmount, NpgsqlDbType.Numeric);
        Add(draft.ModelName, NpgsqlDbType.Text);
        Add(draft.Unit is { } unit ? EnumWord.Of(unit) : null, NpgsqlDbType.Text);
        return await command.ExecuteNonQueryAsync(token) == 1;

        void Add(object? value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
    }
}

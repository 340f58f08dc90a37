using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Npgsql;

namespace AiPortal.Core.Alerts;

/// <summary>Finds which thresholds of budgets are passed, in SQL on the amounts as the transaction sees them.</summary>
internal static class AlertCrossings
{
    /// <summary>How long after a period's end it may still raise an alert: a call that began in it may end that late.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(2);

    // A budget has a line for its own period, and one each for a daily and an hourly limit; of two for the same period the lower counts.
    private const string Crossed = """
        SELECT b.id, b.organization_id, b.name, a.period_type, a.period_start, a.period_end, l.amount, a.spent, f.fraction,
          f.fraction >= b.critical_threshold, o.occasion, b.unit
        FROM budgets b JOIN budget_amounts a ON a.budget_id = b.id
        CROSS JOIN LATERAL (SELECT least(CASE WHEN a.period_type = b.period_type THEN b.total_quota END,
          CASE a.period_type WHEN 'daily' THEN b.daily_limit WHEN 'hourly' THEN b.hourly_limit END) AS amount) l
        CROSS JOIN LATERAL (SELECT DISTINCT v.fraction FROM (VALUES (b.warning_threshold), (b.critical_threshold), (1.0)) v(fraction)) f
        CROSS JOIN LATERAL (SELECT 'budget:' || b.id || ':' || a.period_type || ':' || extract(epoch FROM a.period_start)::bigint
          || ':' || trim_scale(f.fraction) AS occasion) o
        WHERE a.spent >= f.fraction * l.amount AND a.period_end > $1
        """;

    private const string NotYetRaised = """
         AND NOT EXISTS (SELECT 1 FROM alerts s WHERE s.organization_id = b.organization_id AND s.occasion = o.occasion AND s.rearmed_at IS NULL)
        """;

    private const string OfScopes = Crossed + " AND b.scope_id = ANY($2) AND a.period_start <= $3" + NotYetRaised;

    private const string OfBudget = Crossed + " AND b.id = $2";

    /// <summary>What is passed and not yet raised of the budgets over these scopes, in periods begun by <paramref name="latest"/>.</summary>
    public static Task<List<AlertDraft>> OfScopesAsync(
        NpgsqlConnection connection, Guid[] scopes, DateTimeOffset latest, DateTimeOffset now, CancellationToken token) =>
        ReadAsync(connection, OfScopes, token, now - Grace, scopes, latest);

    /// <summary>All that is passed of one budget now.</summary>
    public static Task<List<AlertDraft>> OfBudgetAsync(NpgsqlConnection connection, Guid budgetId, DateTimeOffset now, CancellationToken token) =>
        ReadAsync(connection, OfBudget, token, now, budgetId);

    private static async Task<List<AlertDraft>> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken token, params object[] values)
    {
        var crossed = new List<AlertDraft>();
#pragma warning disable CA2100 // Texts of this file; values go as parameters.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) crossed.Add(Draft(reader));
        return crossed;
    }

    private static AlertDraft Draft(NpgsqlDataReader row)
    {
        var (name, type) = (row.GetString(2), EnumWord.Parse<PeriodType>(row.GetString(3)));
        var (limit, used, fraction, critical) = (row.GetDecimal(6), row.GetDecimal(7), row.GetDecimal(8), row.GetBoolean(9));
        var end = type == PeriodType.Total ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(5);
        var text = CultureInfo.InvariantCulture;
        var until = end is { } ends ? string.Create(text, $" in its {type.ToText()} period, which ends {ends.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "";
        var unit = EnumWord.Parse<CountedUnit>(row.GetString(11));
        return new AlertDraft
        {
            OrganizationId = row.GetGuid(1),
            Type = critical ? AlertType.QuotaExceeded : AlertType.QuotaWarning,
            Severity = critical ? AlertSeverity.Critical : AlertSeverity.Warning,
            Occasion = row.GetString(10),
            Title = fraction == 1 ? $"Budget '{name}' is used up" : string.Create(text, $"Budget '{name}' has passed {fraction * 100:0.##} %"),
            Message = string.Create(text, $"Budget '{name}' has used {Show(used, unit)} of {Show(limit, unit)} ({used / limit * 100:0.##} %){until}."),
            BudgetId = row.GetGuid(0),
            BudgetName = name,
            PeriodType = type,
            PeriodStart = row.GetFieldValue<DateTimeOffset>(4),
            PeriodEnd = end,
            Threshold = fraction,
            LimitAmount = limit,
            UsedAmount = used,
            Unit = unit,
        };
    }

    private static string Show(decimal amount, CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00####} USD"),
        CountedUnit.Tokens => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0} tokens"),
        CountedUnit.Requests => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0} {(amount == 1 ? "request" : "requests")}"),
    };
}

using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Budgets;

/// <summary>Adds entries to what the budgets of their chain have used, in the transaction that adds the entries.</summary>
public sealed class BudgetPosting : ILedgerFollower
{
    private const string Definitions = """
        SELECT b.id, b.organization_id, b.quota_type, b.scope_id, b.period_type, b.daily_limit IS NOT NULL, b.hourly_limit IS NOT NULL,
          o.time_zone, o.fiscal_year_start
        FROM budgets b JOIN organizations o ON o.id = b.organization_id WHERE b.organization_id = ANY($1)
        """;

    private const string Resets = "SELECT budget_id, period_type, period_start, reset_at FROM budget_amounts WHERE budget_id = ANY($1) AND reset_at IS NOT NULL";

    private const string Add = """
        INSERT INTO budget_amounts AS a (budget_id, period_type, period_start, period_end, organization_id, spent, unknown)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::uuid[], $6::numeric[], $7::numeric[]) AS n(budget_id, period_type, period_start, period_end, organization_id, spent, unknown)
        ORDER BY 1, 2, 3
        ON CONFLICT (budget_id, period_type, period_start) DO UPDATE SET spent = a.spent + excluded.spent, unknown = a.unknown + excluded.unknown
        """;

    /// <inheritdoc/>
    public async Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token)
    {
        if (addition.Added.Count == 0)
            return null;
        await using (var locking = new NpgsqlCommand(BudgetLocks.TakeShared, connection))
            await locking.ExecuteNonQueryAsync(token);
        var lines = await LinesAsync(connection, addition.Added, token);
        if (lines.Count == 0)
            return null;
        var resets = await ResetsAsync(connection, lines, token);
        var amounts = Amounts(addition.Added, lines, resets);
        await AddAsync(connection, amounts, token);
        return null;
    }

    private static Dictionary<Cell, Amount> Amounts(
        IReadOnlyList<LedgerEntry> entries, ILookup<(Guid, QuotaType, Guid?), Line> lines, Dictionary<Cell, DateTimeOffset> resets)
    {
        var amounts = new Dictionary<Cell, Amount>();
        foreach (var entry in entries)
        {
            foreach (var line in LinesOf(entry, lines))
            {
                var period = line.Calendar.PeriodOf(line.PeriodType, entry.StartedAt);
                var cell = new Cell(line.BudgetId, line.PeriodType, period.Start);
                if (resets.TryGetValue(cell, out var resetAt) && entry.StartedAt <= resetAt)
                    continue;
                var amount = amounts.GetValueOrDefault(cell, new Amount(entry.OrganizationId, period.End, 0, 0));
                amounts[cell] = amount with { Spent = amount.Spent + entry.TotalCost, Unknown = amount.Unknown + entry.UnresolvedCost };
            }
        }
        return amounts;
    }

    private static IEnumerable<Line> LinesOf(LedgerEntry entry, ILookup<(Guid, QuotaType, Guid?), Line> lines)
    {
        (QuotaType Type, Guid? Id)[] chain =
        [
            (QuotaType.Organization, entry.OrganizationId), (QuotaType.Department, entry.DepartmentId), (QuotaType.Team, entry.TeamId),
            (QuotaType.Project, entry.ProjectId), (QuotaType.CostCenter, entry.CostCenterId), (QuotaType.Environment, entry.EnvironmentId),
            (QuotaType.User, entry.UserId), (QuotaType.Key, entry.KeyId),
        ];
        return chain.Where(scope => scope.Id is not null).SelectMany(scope => lines[(entry.OrganizationId, scope.Type, scope.Id)]);
    }

    private static async Task<ILookup<(Guid, QuotaType, Guid?), Line>> LinesAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, CancellationToken token)
    {
        var found = new List<((Guid, QuotaType, Guid?) Scope, Line Line)>();
        var calendars = new Dictionary<Guid, OrganizationCalendar>();
        await using var command = new NpgsqlCommand(Definitions, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(entry => entry.OrganizationId).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var organization = reader.GetGuid(1);
            if (!calendars.TryGetValue(organization, out var calendar))
                calendars[organization] = calendar = OrganizationCalendar.Of(reader.GetString(7), reader.GetInt32(8));
            var types = new HashSet<PeriodType> { EnumWord.Parse<PeriodType>(reader.GetString(4)) };
            if (reader.GetBoolean(5))
                types.Add(PeriodType.Daily);
            if (reader.GetBoolean(6))
                types.Add(PeriodType.Hourly);
            var scope = (organization, EnumWord.Parse<QuotaType>(reader.GetString(2)), (Guid?)reader.GetGuid(3));
            found.AddRange(types.Select(type => (scope, new Line(reader.GetGuid(0), type, calendar))));
        }
        return found.ToLookup(pair => pair.Scope, pair => pair.Line);
    }

    private static async Task<Dictionary<Cell, DateTimeOffset>> ResetsAsync(
        NpgsqlConnection connection, ILookup<(Guid, QuotaType, Guid?), Line> lines, CancellationToken token)
    {
        var resets = new Dictionary<Cell, DateTimeOffset>();
        await using var command = new NpgsqlCommand(Resets, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = lines.SelectMany(line => line).Select(line => line.BudgetId).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            resets[new Cell(reader.GetGuid(0), EnumWord.Parse<PeriodType>(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2))] = reader.GetFieldValue<DateTimeOffset>(3);
        return resets;
    }

    private static async Task AddAsync(NpgsqlConnection connection, Dictionary<Cell, Amount> amounts, CancellationToken token)
    {
        if (amounts.Count == 0)
            return;
        await using var command = new NpgsqlCommand(Add, connection);
        Array(NpgsqlDbType.Uuid, amounts.Keys.Select(cell => cell.BudgetId));
        Array(NpgsqlDbType.Text, amounts.Keys.Select(cell => cell.PeriodType.ToText()));
        Array(NpgsqlDbType.TimestampTz, amounts.Keys.Select(cell => cell.PeriodStart));
        Array(NpgsqlDbType.TimestampTz, amounts.Values.Select(amount => amount.PeriodEnd));
        Array(NpgsqlDbType.Uuid, amounts.Values.Select(amount => amount.OrganizationId));
        Array(NpgsqlDbType.Numeric, amounts.Values.Select(amount => amount.Spent));
        Array(NpgsqlDbType.Numeric, amounts.Values.Select(amount => amount.Unknown));
        await command.ExecuteNonQueryAsync(token);

        void Array<T>(NpgsqlDbType type, IEnumerable<T> values) =>
            command.Parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    private sealed record Line(Guid BudgetId, PeriodType PeriodType, OrganizationCalendar Calendar);

    private readonly record struct Cell(Guid BudgetId, PeriodType PeriodType, DateTimeOffset PeriodStart);

    private readonly record struct Amount(Guid OrganizationId, DateTimeOffset PeriodEnd, decimal Spent, decimal Unknown);
}

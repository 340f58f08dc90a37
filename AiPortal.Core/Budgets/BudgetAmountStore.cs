using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Budgets;

/// <summary>What a transaction adds to one cell, in USD.</summary>
internal readonly record struct BudgetUse(Guid OrganizationId, DateTimeOffset PeriodEnd, decimal Spent, decimal Unknown);

/// <summary>The rows of <see cref="BudgetAmount"/> as the ledger writer uses them, on its connection.</summary>
internal static class BudgetAmountStore
{
    private const string Resets = """
        SELECT budget_id, period_type, period_start, reset_at FROM budget_amounts WHERE budget_id = ANY($1) AND reset_at IS NOT NULL
        """;

    /// <summary>Rows are locked in one order by all writers.</summary>
    private const string Add = """
        INSERT INTO budget_amounts AS a (budget_id, period_type, period_start, period_end, organization_id, spent, unknown)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::uuid[], $6::numeric[], $7::numeric[])
        ORDER BY 1, 2, 3
        ON CONFLICT (budget_id, period_type, period_start) DO UPDATE SET spent = a.spent + excluded.spent, unknown = a.unknown + excluded.unknown
        RETURNING a.budget_id, a.period_type, a.period_start, a.spent, a.unknown
        """;

    private const string Read = """
        SELECT a.budget_id, a.period_type, a.period_start, a.spent, a.unknown
        FROM budget_amounts a JOIN unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS k(budget_id, period_type, period_start)
        USING (budget_id, period_type, period_start)
        """;

    /// <summary>Until when entries do not count, where a budget was reset.</summary>
    public static async Task<Dictionary<BudgetCellKey, DateTimeOffset>> ResetsAsync(NpgsqlConnection connection, Guid[] budgets, CancellationToken token)
    {
        var resets = new Dictionary<BudgetCellKey, DateTimeOffset>();
        await using var command = new NpgsqlCommand(Resets, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = budgets });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            resets[Key(reader)] = reader.GetFieldValue<DateTimeOffset>(3);
        return resets;
    }

    /// <summary>Adds, and says what the cells hold then.</summary>
    public static async Task<Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)>> AddAsync(
        NpgsqlConnection connection, Dictionary<BudgetCellKey, BudgetUse> uses, CancellationToken token)
    {
        if (uses.Count == 0)
            return [];
        await using var command = new NpgsqlCommand(Add, connection);
        AddKeys(command, uses.Keys);
        AddArray(command, NpgsqlDbType.TimestampTz, uses.Values.Select(use => use.PeriodEnd));
        AddArray(command, NpgsqlDbType.Uuid, uses.Values.Select(use => use.OrganizationId));
        AddArray(command, NpgsqlDbType.Numeric, uses.Values.Select(use => use.Spent));
        AddArray(command, NpgsqlDbType.Numeric, uses.Values.Select(use => use.Unknown));
        return await AmountsAsync(command, token);
    }

    public static async Task<Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<BudgetCellKey> keys, CancellationToken token)
    {
        if (keys.Count == 0)
            return [];
        await using var command = new NpgsqlCommand(Read, connection);
        AddKeys(command, keys);
        return await AmountsAsync(command, token);
    }

    private static async Task<Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)>> AmountsAsync(NpgsqlCommand command, CancellationToken token)
    {
        var amounts = new Dictionary<BudgetCellKey, (decimal, decimal)>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            amounts[Key(reader)] = (reader.GetDecimal(3), reader.GetDecimal(4));
        return amounts;
    }

    private static BudgetCellKey Key(NpgsqlDataReader reader) =>
        new(reader.GetGuid(0), EnumWord.Parse<PeriodType>(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2));

    private static void AddKeys(NpgsqlCommand command, IReadOnlyCollection<BudgetCellKey> keys)
    {
        AddArray(command, NpgsqlDbType.Uuid, keys.Select(key => key.BudgetId));
        AddArray(command, NpgsqlDbType.Text, keys.Select(key => key.PeriodType.ToText()));
        AddArray(command, NpgsqlDbType.TimestampTz, keys.Select(key => key.PeriodStart));
    }

    private static void AddArray<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}

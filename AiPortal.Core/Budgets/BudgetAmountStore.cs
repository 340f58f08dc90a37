using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Budgets;

/// <summary>What a transaction does to one cell, in USD.</summary>
internal readonly record struct BudgetUse(Guid OrganizationId, DateTimeOffset PeriodEnd)
{
    /// <summary>Entries of the transaction count here.</summary>
    public bool Counted { get; init; }

    public decimal Spent { get; init; }

    public decimal Unknown { get; init; }

    /// <summary>What the calls of the journal had taken of its lease.</summary>
    public decimal Used { get; init; }
}

/// <summary>A cell after a transaction, in USD.</summary>
/// <param name="Spent">Of all nodes.</param>
/// <param name="Unknown">Of all nodes.</param>
/// <param name="Version">Of these amounts.</param>
/// <param name="LeaseDrained">Running total of what left the journal's lease; null when it has none.</param>
internal readonly record struct BudgetPosted(decimal Spent, decimal Unknown, long Version, decimal? LeaseDrained);

/// <summary>The rows of <see cref="BudgetAmount"/> as the ledger writer uses them, on its connection.</summary>
internal static class BudgetAmountStore
{
    private const string Resets = """
        SELECT budget_id, period_type, period_start, reset_at FROM budget_amounts WHERE budget_id = ANY($1) AND reset_at IS NOT NULL
        """;

    private const string Post = "SELECT place, spent, unknown, version, drained FROM budget_post($10, $1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// <summary>Until when entries do not count, where a budget was reset.</summary>
    public static async Task<Dictionary<BudgetCellKey, DateTimeOffset>> ResetsAsync(NpgsqlConnection connection, Guid[] budgets, CancellationToken token)
    {
        var resets = new Dictionary<BudgetCellKey, DateTimeOffset>();
        await using var command = new NpgsqlCommand(Resets, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = budgets });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            resets[new(reader.GetGuid(0), EnumWord.Parse<PeriodType>(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2))] = reader.GetFieldValue<DateTimeOffset>(3);
        return resets;
    }

    /// <summary>Adds, and says how the cells are then. Cells that do not count and are not there have no answer.</summary>
    /// <param name="connection">In the transaction that adds the entries.</param>
    /// <param name="journalId">Whose lease the calls used.</param>
    /// <param name="uses">By cell.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<Dictionary<BudgetCellKey, BudgetPosted>> PostAsync(
        NpgsqlConnection connection, Guid journalId, Dictionary<BudgetCellKey, BudgetUse> uses, CancellationToken token)
    {
        var posted = new Dictionary<BudgetCellKey, BudgetPosted>();
        if (uses.Count == 0)
            return posted;
        var keys = uses.Keys.ToArray();
        await using var command = new NpgsqlCommand(Post, connection);
        AddKeys(command.Parameters, keys);
        AddArray(command.Parameters, NpgsqlDbType.TimestampTz, uses.Values.Select(use => use.PeriodEnd));
        AddArray(command.Parameters, NpgsqlDbType.Uuid, uses.Values.Select(use => use.OrganizationId));
        AddArray(command.Parameters, NpgsqlDbType.Numeric, uses.Values.Select(use => use.Spent));
        AddArray(command.Parameters, NpgsqlDbType.Numeric, uses.Values.Select(use => use.Unknown));
        AddArray(command.Parameters, NpgsqlDbType.Boolean, uses.Values.Select(use => use.Counted));
        AddArray(command.Parameters, NpgsqlDbType.Numeric, uses.Values.Select(use => use.Used));
        command.Parameters.Add(new NpgsqlParameter { Value = journalId });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            if (await reader.IsDBNullAsync(1, token))
                continue;
            posted[keys[reader.GetInt32(0) - 1]] = new BudgetPosted(
                reader.GetDecimal(1), reader.GetDecimal(2), reader.GetInt64(3), await reader.IsDBNullAsync(4, token) ? null : reader.GetDecimal(4));
        }

        return posted;
    }

    internal static void AddKeys(NpgsqlParameterCollection parameters, IReadOnlyCollection<BudgetCellKey> keys)
    {
        AddArray(parameters, NpgsqlDbType.Uuid, keys.Select(key => key.BudgetId));
        AddArray(parameters, NpgsqlDbType.Text, keys.Select(key => key.PeriodType.ToText()));
        AddArray(parameters, NpgsqlDbType.TimestampTz, keys.Select(key => key.PeriodStart));
    }

    internal static void AddArray<T>(NpgsqlParameterCollection parameters, NpgsqlDbType type, IEnumerable<T> values) =>
        parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}

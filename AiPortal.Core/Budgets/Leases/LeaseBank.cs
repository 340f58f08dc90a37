using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>Slices from PostgreSQL: each statement is a function that locks the rows of its cells and does everything at once.</summary>
internal sealed class LeaseBank(PortalDatabase database, Journal journal, LeaseOptions options) : ILeaseBank
{
    private const string Take = "SELECT * FROM budget_take($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    private const string Return = "SELECT * FROM budget_return($1, $2, $3, $4, $5, $6)";
    private const string Notify = "SELECT pg_notify($1, line) FROM unnest($2::text[]) line";

    /// <inheritdoc/>
    public Guid NodeId => journal.Id;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LeaseAnswer>> TakeAsync(IReadOnlyList<LeaseAsk> asks, CancellationToken token)
    {
        await using var command = database.System.CreateCommand(Take);
        command.Parameters.Add(new NpgsqlParameter { Value = NodeId });
        command.Parameters.Add(new NpgsqlParameter { Value = options.Length });
        BudgetAmountStore.AddKeys(command.Parameters, [.. asks.Select(ask => ask.Key)]);
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.TimestampTz, asks.Select(ask => ask.PeriodEnd));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Text, asks.Select(ask => ask.Calendar.Zone.Id));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Integer, asks.Select(ask => ask.Calendar.FiscalYearStartMonth));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Text, asks.Select(ask => EnumWord.Of(ask.Calendar.WeekStart)));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Bigint, asks.Select(ask => ask.Epoch));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Numeric, asks.Select(ask => ask.Need));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Numeric, asks.Select(ask => ask.Sum));
        BudgetAmountStore.AddArray(command.Parameters, NpgsqlDbType.Boolean, asks.Select(ask => ask.Exact));
        var answers = new List<LeaseAnswer>(asks.Count);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            answers.Add(new LeaseAnswer(
                EnumWord.Parse<LeaseOutcome>(reader.GetString(0)), new LeaseStanding(reader.IsDBNull(1) ? 0 : reader.GetInt64(1), Amount(2), Amount(3)),
                Amount(4), Amount(5), Amount(6), Amount(7), reader.IsDBNull(8) ? 0 : reader.GetInt64(8), reader.IsDBNull(9) ? [] : reader.GetFieldValue<Guid[]>(9)));
        }

        return answers;

        decimal Amount(int column) => reader.IsDBNull(column) ? 0 : reader.GetDecimal(column);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LeaseStanding>> ReturnAsync(
        IReadOnlyList<LeaseReturn> returns, IReadOnlyList<LeaseRecall> done, CancellationToken token)
    {
        // One after the other, in one round trip and one transaction: who hears of it finds it done.
        await using var batch = database.System.CreateBatch();
        var giving = new NpgsqlBatchCommand(Return);
        giving.Parameters.Add(new NpgsqlParameter { Value = NodeId });
        BudgetAmountStore.AddKeys(giving.Parameters, [.. returns.Select(one => one.Key)]);
        BudgetAmountStore.AddArray(giving.Parameters, NpgsqlDbType.Bigint, returns.Select(one => one.Epoch));
        BudgetAmountStore.AddArray(giving.Parameters, NpgsqlDbType.Numeric, returns.Select(one => one.Amount));
        batch.BatchCommands.Add(giving);
        if (done.Count > 0)
            batch.BatchCommands.Add(Notification(done.Select(recall => LeaseWords.Done(recall, NodeId))));
        var answers = new List<LeaseStanding>(returns.Count);
        await using var reader = await batch.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            answers.Add(new LeaseStanding(reader.GetInt64(0), reader.GetDecimal(1), reader.GetDecimal(2)));
        return answers;
    }

    /// <inheritdoc/>
    public async Task RecallAsync(IReadOnlyList<LeaseRecall> recalls, CancellationToken token)
    {
        await using var batch = database.System.CreateBatch();
        batch.BatchCommands.Add(Notification(recalls.Select(LeaseWords.Ask)));
        await batch.ExecuteNonQueryAsync(token);
    }

    private static NpgsqlBatchCommand Notification(IEnumerable<string> lines)
    {
        var command = new NpgsqlBatchCommand(Notify);
        command.Parameters.Add(new NpgsqlParameter { Value = LeaseWords.Channel });
        command.Parameters.Add(new NpgsqlParameter { Value = lines.ToArray() });
        return command;
    }
}

/// <summary>
/// What nodes say to each other about leases: <c>ask ASKER NUMBER BUDGET PERIOD_TYPE PERIOD_START</c>, <c>done ASKER NUMBER NODE</c>,
/// and the database to all, <c>over BUDGET PERIOD_TYPE PERIOD_START</c>. A start is in microseconds since 1970.
/// </summary>
internal static class LeaseWords
{
    public const string Channel = "portal_leases";

    public static string Ask(LeaseRecall recall) => string.Create(CultureInfo.InvariantCulture,
        $"ask {recall.Asker} {recall.Number} {recall.Key.BudgetId} {recall.Key.PeriodType.ToText()} {(recall.Key.PeriodStart - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}");

    public static string Done(LeaseRecall recall, Guid node) => $"done {recall.Asker} {recall.Number} {node}";

    /// <summary>Gives the desk what concerns this node. Words of another version are left.</summary>
    public static void Hear(string line, Guid me, LeaseDesk desk)
    {
        var words = line.Split(' ');
        if (words is ["ask", var asker, var asked, var budget, var type, var start] && Guid.TryParse(asker, out var from) && from != me
            && Guid.TryParse(asked, out var number) && Key(budget, type, start) is { } key)
            desk.Recalled(new LeaseRecall(from, number, key));
        else if (words is ["over", var spent, var ofType, var from1970] && Key(spent, ofType, from1970) is { } overdrawn)
            desk.Overdrawn(overdrawn);
        else if (words is ["done", var mine, var answered, var node] && Guid.TryParse(mine, out var to) && to == me
            && Guid.TryParse(answered, out var mineToo) && Guid.TryParse(node, out var who))
            desk.Answered(mineToo, who);
    }

    private static BudgetCellKey? Key(string budget, string type, string start) =>
        Guid.TryParse(budget, out var id) && EnumWord.TryParse<PeriodType>(type, out var periodType) && long.TryParse(start, CultureInfo.InvariantCulture, out var microseconds)
            ? new BudgetCellKey(id, periodType, DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond))
            : null;
}

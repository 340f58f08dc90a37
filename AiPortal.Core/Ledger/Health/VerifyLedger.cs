using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using Npgsql;

namespace AiPortal.Core.Ledger.Health;

/// <summary>Verifies the ledger every hour and writes down what it found, for every node to show.</summary>
public sealed class VerifyLedger(PortalDatabase database, TimeProvider clock) : IScheduledJob
{
    private const int KeptLines = 100;

    /// <summary>USD by organization on which entries and rollups do not agree.</summary>
    private const string Unexplained = """
        SELECT organization_id, sum(usd) FROM (
          SELECT organization_id, total_cost + unresolved_cost AS usd FROM ledger_entries
          UNION ALL SELECT organization_id, -total_cost - unresolved_cost FROM usage_rollups) both_sides
        GROUP BY organization_id HAVING sum(usd) <> 0
        """;

    private const string Keep = """
        INSERT INTO ledger_verifications (id, started_at, ended_at, entries, differences, unexplained, lines)
        VALUES ($1, $2, $3, (SELECT coalesce(sum(entries), 0) FROM usage_rollups), $4, $5, $6)
        """;

    private const string KeepOne = "INSERT INTO ledger_differences (verification_id, organization_id, unexplained) VALUES ($1, $2, $3)";

    public string Name => "ledger-verify";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public Task<string> RunAsync(CancellationToken token) => RunAsync(null, token);

    /// <summary>Now, because a person asks. <paramref name="progress"/> is told how many of the three comparisons are done.</summary>
    public async Task<string> RunAsync(IProgress<int>? progress, CancellationToken token)
    {
        var startedAt = clock.GetUtcNow();
        var lines = await LedgerVerify.RunAsync(database, token, progress);
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var amounts = await UnexplainedAsync(connection, token);
        var id = Ids.New(clock);
        await LedgerBook.ExecuteAsync(connection, Keep, token, id, startedAt, clock.GetUtcNow(), lines.Count, amounts.Sum(amount => Math.Abs(amount.Usd)), lines.Take(KeptLines).ToArray());
        foreach (var (organization, usd) in amounts)
            await LedgerBook.ExecuteAsync(connection, KeepOne, token, id, organization, usd);
        await LedgerBook.ExecuteAsync(connection, "DELETE FROM ledger_verifications WHERE started_at < $1", token, startedAt.AddDays(-90));
        await transaction.CommitAsync(token);
        return lines.Count == 0 ? "no difference" : $"{lines.Count} differences, first: {lines[0]}";
    }

    private static async Task<List<(Guid Organization, decimal Usd)>> UnexplainedAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var amounts = new List<(Guid, decimal)>();
        await using var command = LedgerBook.Command(connection, Unexplained);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) amounts.Add((reader.GetGuid(0), reader.GetDecimal(1)));
        return amounts;
    }
}

using AiPortal.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Ledger.Health;

/// <summary>The last verification of all nodes.</summary>
/// <param name="At">UTC, when it ended.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Entries">Entries looked at.</param>
/// <param name="Differences">Lines on which ledger, rollups and budgets do not agree; 0 is the aim.</param>
/// <param name="UnexplainedUsd">Sum over organizations of what entries and rollups differ by.</param>
public sealed record LedgerVerdict(Guid Id, DateTimeOffset At, TimeSpan Took, long Entries, int Differences, decimal UnexplainedUsd);

/// <summary>What the database says of the ledger as a whole.</summary>
/// <param name="Verdict">Null before the first verification.</param>
/// <param name="MonthsReady">Of the current month and the next three, those that have their partitions.</param>
/// <param name="NextMonthReady">False is an alarm: its first entry would have to wait.</param>
public sealed record LedgerFacts(LedgerVerdict? Verdict, int MonthsReady, bool NextMonthReady);

/// <summary>Looks every 15 seconds, so that metrics and readiness never wait for the database.</summary>
public sealed class LedgerWatch(PortalDatabase database, TimeProvider clock, ILogger<LedgerWatch> logger) : IHostedService, IDisposable
{
    private const string Months = """
        SELECT n FROM generate_series(0, $2) n
        CROSS JOIN LATERAL (SELECT to_char(date_trunc('month', $1 AT TIME ZONE 'UTC') + n * interval '1 month', '_YYYY_MM')) m(name)
        WHERE to_regclass('ledger_entries' || m.name) IS NOT NULL AND to_regclass('call_log' || m.name) IS NOT NULL
        """;

    private const string Last = "SELECT id, started_at, ended_at, entries, differences, unexplained FROM ledger_verifications ORDER BY started_at DESC LIMIT 1";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private LedgerFacts? _facts;

    /// <summary>Null until the first look succeeded.</summary>
    public LedgerFacts? Facts => Volatile.Read(ref _facts);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RepeatAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Looks now.</summary>
    public async Task LookAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        var months = new List<int>();
        await using (var command = LedgerBook.Command(connection, Months, clock.GetUtcNow(), KeepMonthsReady.Ahead))
        await using (var reader = await command.ExecuteReaderAsync(token))
        {
            while (await reader.ReadAsync(token)) months.Add(reader.GetInt32(0));
        }

        Volatile.Write(ref _facts, new LedgerFacts(await VerdictAsync(connection, token), months.Count, months.Contains(1)));
    }

    private static async Task<LedgerVerdict?> VerdictAsync(NpgsqlConnection connection, CancellationToken token)
    {
        await using var command = LedgerBook.Command(connection, Last);
        await using var reader = await command.ExecuteReaderAsync(token);
        if (!await reader.ReadAsync(token)) return null;
        var (startedAt, endedAt) = (reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2));
        return new LedgerVerdict(reader.GetGuid(0), endedAt, endedAt - startedAt, reader.GetInt64(3), reader.GetInt32(4), reader.GetDecimal(5));
    }

    private async Task RepeatAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LookAsync(_stopping.Token);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
            {
                logger.LogInformation("The ledger could not be looked at: {Fault}", fault.Message);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

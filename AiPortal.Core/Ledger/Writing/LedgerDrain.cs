using System.Net.Sockets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Ledger.Writing;

/// <summary>What goes to the database in one transaction.</summary>
internal sealed record LedgerBatch(Guid JournalId, IReadOnlyList<LedgerAttempt> Attempts, IReadOnlyList<CallLogRow> Calls)
{
    /// <summary>Never given to the database before, so that it cannot be there.</summary>
    public bool IsNew { get; init; }

    public int Count => Attempts.Count + Calls.Count;

    public HashSet<Guid> EntryIds => field ??= [.. Attempts.Select(attempt => attempt.Intent.EntryId)];

    public (LedgerBatch First, LedgerBatch Second) Split() =>
        (new(JournalId, [.. Attempts.Take(Attempts.Count / 2)], [.. Calls.Take((Calls.Count + 1) / 2)]),
         new(JournalId, [.. Attempts.Skip(Attempts.Count / 2)], [.. Calls.Skip((Calls.Count + 1) / 2)]));
}

/// <summary>The content of a batch cannot be written, now or later.</summary>
internal sealed class LedgerRefusedException(Exception cause) : Exception(cause.Message, cause);

/// <summary>
/// Brings batches into the database on a connection of its own, again and again until each is committed. A commit whose outcome
/// stays unknown is simply repeated: an entry's key makes the second time do nothing.
/// </summary>
internal sealed class LedgerDrain(
    PortalDatabase database, LedgerBook book, LedgerWriterOptions options, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    public DateTimeOffset? FailingSince { get; private set; }

    public DateTimeOffset? LastCommitAt { get; private set; }

    /// <param name="own">This process's journal, when the batch is from it.</param>
    /// <exception cref="LedgerRefusedException">Something that the batch holds cannot be written: repeating it is no use.</exception>
    public async Task CommitAsync(LedgerBatch batch, Journal? own, CancellationToken token)
    {
        var retry = options.FirstRetry;
        // What was only in memory was never written; once a try has failed, its commit may have succeeded all the same.
        var direct = batch.IsNew;
        while (true)
        {
            try
            {
                await TryCommitAsync(batch, own, direct, token);
                Succeeded();
                return;
            }
            catch (PostgresException) when (direct)
            {
                // A row that is there already, or one the database refuses: by the staging table it is known which.
                direct = false;
                await DropConnectionAsync();
                continue;
            }
            catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
            {
                direct = false;
                await DropConnectionAsync();
                if (!IsTransient(error))
                    throw new LedgerRefusedException(error);
                Failed(error, batch.Count);
            }
            await Task.Delay(retry, clock, token);
            retry = retry * 2 < options.LongestRetry ? retry * 2 : options.LongestRetry;
        }
    }

    public async Task<long> PositionOfAsync(Guid journalId, CancellationToken token)
    {
        await using var command = database.System.CreateCommand("SELECT position FROM journal_positions WHERE journal_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = journalId });
        return await command.ExecuteScalarAsync(token) is long position ? position : 0;
    }

    /// <summary>Whatever the database keeps for a dead process's journal goes, now that it is drained.</summary>
    public async Task AdoptedAsync(Guid journalId, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await book.AdoptedAsync(connection, journalId, token);
    }

    public async Task ForgetPositionAsync(Guid journalId, CancellationToken token)
    {
        await using var command = database.System.CreateCommand("DELETE FROM journal_positions WHERE journal_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = journalId });
        await command.ExecuteNonQueryAsync(token);
    }

    public async ValueTask DisposeAsync() => await DropConnectionAsync();

    /// <summary>Whether it may go away by itself: not data exceptions, violated constraints, and what the rows' own code throws.</summary>
    private static bool IsTransient(Exception error) => error switch
    {
        PostgresException refusal => !refusal.SqlState.StartsWith("22", StringComparison.Ordinal) && !refusal.SqlState.StartsWith("23", StringComparison.Ordinal),
        NpgsqlException or IOException or SocketException or TimeoutException or InvalidOperationException or OperationCanceledException => true,
        _ => false,
    };

    private async Task TryCommitAsync(LedgerBatch batch, Journal? own, bool direct, CancellationToken token)
    {
        var connection = _connection ??= await OpenAsync(token);
        await book.PrepareAsync(connection, batch.Attempts.Select(attempt => attempt.Intent.StartedAt).Concat(batch.Calls.Select(call => call.StartedAt)), token);
        var entries = batch.Attempts.Select(LedgerRows.Entry).ToList();
        using var rows = direct ? CopyBatch.Direct(entries, batch.Calls) : CopyBatch.Staged(entries, batch.Calls);
        options.Faults.Pass(FaultPoint.BeforeCopy);
        await using var transaction = await connection.BeginTransactionAsync(token);
        // To the session's own tables: no lock that anybody could wait for, so it needs no turn.
        if (!direct)
            await rows.SendAsync(connection, token);
        using var turn = await book.TakeTurnAsync(token);
        var result = await book.AddSentAsync(connection, rows, entries, own is null ? [] : batch.Attempts, new LedgerSource(batch.JournalId, batch.Attempts), token);
        if (!direct && batch.Calls.Count > 0)
            await LedgerBook.AddStagedCallsAsync(connection, token);
        if (own is not null && batch.Attempts.Count > 0)
            await LedgerBook.ExecuteAsync(connection, LedgerSql.SavePosition, token, own.Id, options.Node, own.LowWaterMarkWith(batch.EntryIds));
        options.Faults.Pass(FaultPoint.BeforeCommit);
        await transaction.CommitAsync(token);
        options.Faults.Pass(FaultPoint.AfterCommit);
        own?.Drained(batch.EntryIds);
        result.Committed();
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken token)
    {
        var connection = await database.System.OpenConnectionAsync(token);
        try
        {
            await LedgerBook.OpenStagesAsync(connection, token);
            // A lost host's COPY would wait for its rest for ever, and the same rows from the next start for it.
            await LedgerBook.ExecuteAsync(connection, "SET statement_timeout = '20s'", token);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void Succeeded()
    {
        LastCommitAt = clock.GetUtcNow();
        if (FailingSince is not { } since)
            return;
        FailingSince = null;
        logger.LogWarning("The ledger is written again after {Duration}", LastCommitAt - since);
    }

    private void Failed(Exception error, int count)
    {
        if (FailingSince is null)
            logger.LogError(error, "The ledger cannot be written; {Count} rows wait and are tried again", count);
        FailingSince ??= clock.GetUtcNow();
    }

    private async Task DropConnectionAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is null)
            return;
        try
        {
            await connection.DisposeAsync();
        }
        catch (NpgsqlException error)
        {
            logger.LogDebug(error, "A broken connection did not close cleanly");
        }
    }
}

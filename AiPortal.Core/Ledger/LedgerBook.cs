using System.Collections.Concurrent;
using AiPortal.Core.Ledger.Writing;
using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>What a transaction added. <see cref="Committed"/> must be called after its commit, in the order of the commits.</summary>
public sealed class LedgerResult(IReadOnlyList<LedgerEntry> added, IReadOnlyList<Action> afterCommit)
{
    /// <summary>Entries that were not on the ledger before.</summary>
    public IReadOnlyList<LedgerEntry> Added => added;

    public void Committed()
    {
        foreach (var action in afterCommit)
            action();
    }
}

/// <summary>
/// The one way onto the ledger: entries, their rollups and whatever follows the ledger, in the caller's transaction, each entry
/// once however often it is given.
/// </summary>
public sealed class LedgerBook(IEnumerable<ILedgerFollower> followers) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ILedgerFollower[] _followers = [.. followers];
    private readonly ConcurrentDictionary<DateTime, bool> _partitions = new();

    /// <summary>
    /// Held from before the transaction until after <see cref="LedgerResult.Committed"/>, so that followers of this process hear of
    /// commits in their order. Who waits for it must hold no lock of the database that a writer needs.
    /// </summary>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken token)
    {
        await _turn.WaitAsync(token);
        return new Turn(_turn);
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>
    /// Makes the months ready that these instants need. On a connection without a transaction: a new partition locks its parent
    /// until the commit.
    /// </summary>
    public async Task PrepareAsync(NpgsqlConnection connection, IEnumerable<DateTimeOffset> instants, CancellationToken token)
    {
        foreach (var month in instants.Select(at => new DateTime(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, DateTimeKind.Utc)).Distinct().ToList())
        {
            if (_partitions.ContainsKey(month))
                continue;
            await ExecuteAsync(connection, "SELECT ensure_month_partitions($1)", token, month);
            _partitions[month] = true;
        }
    }

    /// <summary>
    /// Adds entries of any kind, as portal_system, in the connection's transaction. The months must be ready
    /// (<see cref="PrepareAsync"/>).
    /// </summary>
    /// <param name="drained">The attempts of this process's own journal among them.</param>
    public Task<LedgerResult> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<LedgerAttempt> drained, CancellationToken token) =>
        AddAsync(connection, entries, drained, null, token);

    /// <inheritdoc cref="AddAsync(NpgsqlConnection, IReadOnlyList{LedgerEntry}, IReadOnlyList{LedgerAttempt}, CancellationToken)"/>
    /// <param name="source">The journal that they come from.</param>
    public async Task<LedgerResult> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<LedgerAttempt> drained, LedgerSource? source, CancellationToken token)
    {
        if (entries.Count == 0)
            return new LedgerResult([], []);
        await ExecuteAsync(connection, LedgerSql.StageEntries, token);
        using var rows = CopyBatch.Staged(entries, []);
        await rows.SendAsync(connection, token);
        return await AddSentAsync(connection, rows, entries, drained, source, token);
    }

    /// <summary>Makes a session's staging tables, before its transactions: making them locks the ledger's tables.</summary>
    internal static async Task OpenStagesAsync(NpgsqlConnection connection, CancellationToken token)
    {
        await ExecuteAsync(connection, LedgerSql.StageEntries, token);
        await ExecuteAsync(connection, LedgerSql.StageCalls, token);
    }

    /// <summary>
    /// Adds entries and call rows: staged ones, which have been sent, or direct ones, which are sent now that the organizations' inserts
    /// are held. Who calls has the turn.
    /// </summary>
    internal async Task<LedgerResult> AddSentAsync(
        NpgsqlConnection connection, CopyBatch rows, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<LedgerAttempt> drained, LedgerSource? source, CancellationToken token)
    {
        var added = await InsertAsync(connection, rows, entries, token);
        if (entries.Count == 0)
            return new LedgerResult([], []);
        await RollupPosting.AddAsync(connection, added, token);
        var addition = new LedgerAddition(added, drained) { Source = source };
        var afterCommit = new List<Action>();
        foreach (var follower in _followers)
        {
            if (await follower.FollowAsync(connection, addition, token) is { } action)
                afterCommit.Add(action);
        }
        return new LedgerResult(added, afterCommit);
    }

    /// <summary>Adds log rows of calls, in the connection's transaction.</summary>
    internal static async Task AddCallsAsync(NpgsqlConnection connection, IReadOnlyList<CallLogRow> calls, CancellationToken token)
    {
        await ExecuteAsync(connection, LedgerSql.StageCalls, token);
        using var rows = CopyBatch.Staged([], calls);
        await rows.SendAsync(connection, token);
        await AddStagedCallsAsync(connection, token);
    }

    /// <summary>Adds the staged log rows of calls.</summary>
    internal static Task AddStagedCallsAsync(NpgsqlConnection connection, CancellationToken token) => ExecuteAsync(connection, LedgerSql.AddCalls, token);

    /// <summary>A dead process's journal is entirely on the ledger.</summary>
    internal async Task AdoptedAsync(NpgsqlConnection connection, Guid journalId, CancellationToken token)
    {
        foreach (var follower in _followers)
            await follower.AdoptedAsync(connection, journalId, token);
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken token, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(token);
    }

    internal static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // Texts of this folder; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static async Task<IReadOnlyList<LedgerEntry>> InsertAsync(NpgsqlConnection connection, CopyBatch rows, IReadOnlyList<LedgerEntry> entries, CancellationToken token)
    {
        if (entries.Count > 0)
            await ExecuteAsync(connection, LedgerLocks.ShareManySql, token, entries.Select(entry => entry.OrganizationId).Distinct().Order().ToArray());
        if (rows.IsDirect)
        {
            await rows.SendAsync(connection, token);
            return entries;
        }
        var added = new HashSet<Guid>();
        if (entries.Count > 0)
        {
            await using var command = Command(connection, LedgerSql.AddEntries);
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                added.Add(reader.GetGuid(0));
        }
        // Each once, also when a batch names it twice.
        return [.. entries.Where(entry => added.Remove(entry.Id))];
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}

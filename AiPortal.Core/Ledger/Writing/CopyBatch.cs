using Npgsql;

namespace AiPortal.Core.Ledger.Writing;

/// <summary>Entries and call rows of one transaction, encoded before it takes a lock.</summary>
internal sealed class CopyBatch : IDisposable
{
    private readonly List<(string Copy, CopyBuffer Rows)> _copies = [];

    private CopyBatch(bool isDirect) => IsDirect = isDirect;

    /// <summary>
    /// They go to the months' tables themselves, past the staging table: half the work, for rows that cannot be there already. One
    /// that is fails the transaction.
    /// </summary>
    public bool IsDirect { get; }

    public static CopyBatch Direct(IReadOnlyList<LedgerEntry> entries, IReadOnlyList<CallLogRow> calls)
    {
        var batch = new CopyBatch(isDirect: true);
        foreach (var month in entries.GroupBy(entry => LedgerSql.MonthOf(entry.StartedAt))) batch.Add(LedgerSql.CopyEntriesOf(month.Key), LedgerColumns.Entry, month);
        foreach (var month in calls.GroupBy(call => LedgerSql.MonthOf(call.StartedAt))) batch.Add(LedgerSql.CopyCallsOf(month.Key), LedgerColumns.Call, month);
        return batch;
    }

    public static CopyBatch Staged(IReadOnlyList<LedgerEntry> entries, IReadOnlyList<CallLogRow> calls)
    {
        var batch = new CopyBatch(isDirect: false);
        if (entries.Count > 0) batch.Add(LedgerSql.CopyEntries, LedgerColumns.Entry, entries);
        if (calls.Count > 0) batch.Add(LedgerSql.CopyCalls, LedgerColumns.Call, calls);
        return batch;
    }

    public async Task SendAsync(NpgsqlConnection connection, CancellationToken token)
    {
        foreach (var (copy, rows) in _copies) await CopyRows.SendAsync(connection, copy, rows, token);
    }

    public void Dispose()
    {
        foreach (var (_, rows) in _copies) rows.Dispose();
        _copies.Clear();
    }

    private void Add<T>(string copy, IReadOnlyList<LedgerColumn<T>> columns, IEnumerable<T> rows) => _copies.Add((copy, CopyRows.Encode(columns, rows)));
}

using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>A change by a person that adds entries to the ledger: the gate's rules, and the ledger's.</summary>
public sealed class LedgerChange(ChangeGate gate, LedgerBook book, PortalDatabase database)
{
    /// <param name="actor">Needs <see cref="Permission.ManageRecords"/>.</param>
    /// <param name="organizationId">Whose ledger.</param>
    /// <param name="intent">As <c>record.refund</c>.</param>
    /// <param name="instants">When what is to be added happened, UTC; decides which months must be ready.</param>
    /// <param name="change">Adds by <see cref="AddAsync"/>.</param>
    /// <param name="token">Ends it, unless it stands by then.</param>
    public async Task<Outcome<T>> RunAsync<T>(Actor actor, Guid organizationId, string intent, IEnumerable<DateTimeOffset> instants,
        Func<ChangeScope, Task<Outcome<T>>> change, CancellationToken token = default)
    {
        if (actor.May(Permission.ManageRecords, organizationId))
        {
            await using var connection = await database.System.OpenConnectionAsync(token);
            await book.PrepareAsync(connection, instants, token);
        }

        using var turn = await book.TakeTurnAsync(token);
        return await gate.RunForLedgerAsync(actor, organizationId, Permission.ManageRecords, intent, change, token);
    }

    /// <summary>Adds entries in the change's transaction, with rollups and budgets; answers them as the ledger has them.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> AddAsync(ChangeScope scope, IReadOnlyList<LedgerEntry> entries, CancellationToken token)
    {
        if (entries.Count == 0) return [];
        var result = await book.AddAsync((NpgsqlConnection)scope.Db.Database.GetDbConnection(), entries, [], token);
        if (result.Added.Count != entries.Count) throw new InvalidOperationException("An entry of a new id was on the ledger already.");
        scope.AfterCommit(result.Committed);
        var (ids, first, last) = (entries.Select(e => e.Id).ToArray(), entries.Min(e => e.StartedAt), entries.Max(e => e.StartedAt));
        var read = await scope.Db.Set<LedgerEntry>().AsNoTracking()
            .Where(e => e.StartedAt >= first && e.StartedAt <= last && ids.Contains(e.Id)).ToDictionaryAsync(e => e.Id, token);
        return [.. entries.Select(entry => read[entry.Id])];
    }
}

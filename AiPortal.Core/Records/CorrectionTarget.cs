using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Records;

/// <summary>An entry with all that was corrected of it so far.</summary>
public sealed record CorrectionTarget(LedgerEntry Entry, IReadOnlyList<LedgerEntry> Corrections)
{
    /// <summary>USD that it still costs.</summary>
    public decimal Left => Entry.TotalCost + Corrections.Sum(correction => correction.TotalCost);

    /// <summary>Nobody has said yet what became of it. Only a resolution can be the first correction of an unknown outcome.</summary>
    public bool IsUnresolved => Entry.Status == EntryStatus.Unknown && Corrections.Count == 0;

    /// <summary>
    /// Looks the entry up and keeps other corrections of it away until the transaction ends, so that what is left of it stays so.
    /// </summary>
    internal static async Task<Outcome<CorrectionTarget>> LockAsync(PortalDb db, Guid id, CancellationToken token)
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"ledger-correction:" + id}, 0))", token);
        return await ReadAsync(db, id, token) is not { } target ? Refusal.Missing("record")
            : target.Entry.Kind == EntryKind.Usage ? target
            : Refusal.Conflict("is_correction", $"This is itself a correction, and stays. Correct the record it names: {target.Entry.CorrectsId}.");
    }

    internal static async Task<CorrectionTarget?> ReadAsync(PortalDb db, Guid id, CancellationToken token) =>
        await RecordList.FindAsync(db, id, token) is { } entry
            ? new CorrectionTarget(entry, await db.Set<LedgerEntry>().AsNoTracking()
                .Where(e => e.StartedAt == entry.StartedAt && e.CorrectsId == id).OrderBy(e => e.Position).ToListAsync(token))
            : null;
}

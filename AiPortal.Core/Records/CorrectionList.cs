using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Records;

/// <summary>A correction with what it corrects, and who made it (null where the portal itself did).</summary>
public sealed record CorrectionRow(LedgerEntry Entry, LedgerEntry? Corrected, string? MadeBy);

/// <summary>Corrections and unknown outcomes as read, by the instant of the call they are about.</summary>
public sealed class CorrectionList(TenantDb tenants)
{
    /// <summary>A record with its corrections; null when the organization has no such record.</summary>
    public Task<CorrectionTarget?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => CorrectionTarget.ReadAsync(db, id, token), token);

    /// <summary>Corrections of calls begun in the range, the latest written first.</summary>
    public Task<IReadOnlyList<CorrectionRow>> ReadAsync(Guid organizationId, DateTimeOffset from, DateTimeOffset to, int skip, int take, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<CorrectionRow>>(organizationId, async db =>
        {
            var entries = await Corrections(db, from, to).OrderByDescending(e => e.Position).Skip(skip).Take(take).ToListAsync(token);
            var (ids, correctedIds, instants) = (entries.ConvertAll(e => (Guid?)e.Id), entries.ConvertAll(e => e.CorrectsId), entries.ConvertAll(e => e.StartedAt));
            var corrected = await db.Set<LedgerEntry>().AsNoTracking().Where(e => instants.Contains(e.StartedAt) && correctedIds.Contains(e.Id)).ToDictionaryAsync(e => e.Id, token);
            var makers = await db.Set<AuditEvent>().AsNoTracking().Where(a => a.SubjectType == "record" && ids.Contains(a.SubjectId))
                .Select(a => new { a.SubjectId, a.ActorName }).ToDictionaryAsync(a => a.SubjectId!.Value, a => a.ActorName, token);
            return [.. entries.Select(e => new CorrectionRow(e, e.CorrectsId is { } id ? corrected.GetValueOrDefault(id) : null, makers.GetValueOrDefault(e.Id)))];
        }, token);

    public Task<int> CountAsync(Guid organizationId, DateTimeOffset from, DateTimeOffset to, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => Corrections(db, from, to).CountAsync(token), token);

    /// <summary>Unknown outcomes that nobody has resolved, the oldest first, at most so many; and their number and held amount in all.</summary>
    public Task<(IReadOnlyList<LedgerEntry> Oldest, int Count, decimal HeldUsd)> UnresolvedAsync(Guid organizationId, DateTimeOffset from, int take, CancellationToken token = default) =>
        tenants.ReadAsync<(IReadOnlyList<LedgerEntry>, int, decimal)>(organizationId, async db =>
        {
            var open = RecordList.Unresolved(db, db.Set<LedgerEntry>().AsNoTracking().Where(e => e.StartedAt >= from));
            var oldest = await open.OrderBy(e => e.StartedAt).ThenBy(e => e.Id).Take(take).ToListAsync(token);
            if (oldest.Count < take) return (oldest, oldest.Count, oldest.Sum(e => e.UnresolvedCost));
            return (oldest, await open.CountAsync(token), await open.SumAsync(e => e.UnresolvedCost, token));
        }, token);

    private static IQueryable<LedgerEntry> Corrections(PortalDb db, DateTimeOffset from, DateTimeOffset to) =>
        db.Set<LedgerEntry>().AsNoTracking().Where(e => e.StartedAt >= from && e.StartedAt < to && e.Kind != EntryKind.Usage);
}

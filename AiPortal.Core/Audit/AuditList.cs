using System.Runtime.CompilerServices;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Audit;

/// <summary>What to list of the audit trail. <c>From</c> is inclusive, <c>To</c> exclusive.</summary>
public sealed record AuditFilter(
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    Guid? ActorId = null,
    string? ActorName = null,
    string? Action = null,
    string? SubjectType = null,
    Guid? SubjectId = null,
    string? Search = null,
    bool? Allowed = null);

/// <summary>An organization's audit trail, newest first.</summary>
public sealed class AuditList(TenantDb tenants)
{
    public Task<Page<AuditEvent>> PageAsync(Guid organizationId, AuditFilter filter, int limit, long? before, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var rows = Narrow(db.Set<AuditEvent>().AsNoTracking(), filter);
            if (before is { } sequence) rows = rows.Where(a => a.Sequence < sequence);
            var page = await rows.OrderByDescending(a => a.Sequence).Take(limit + 1).ToListAsync(token);
            return Page<AuditEvent>.Of(page, limit, row => Cursor.Of(row.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }, token);

    /// <summary>Null where it is not there.</summary>
    public Task<AuditEvent?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<AuditEvent>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, token), token);

    /// <summary>Walks the whole chain.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="anchor">A point that it must still hold.</param>
    /// <param name="token">Ends the walk.</param>
    public Task<AuditVerdict> VerifyAsync(Guid organizationId, (long Sequence, string Hash)? anchor = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => AuditVerification.RunAsync(db, organizationId, anchor, token), token);

    /// <summary>The end of the chain as it is, to be kept elsewhere; null for an empty one.</summary>
    public Task<AuditAnchor?> AnchorAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var last = await db.Set<AuditEvent>().AsNoTracking().OrderByDescending(a => a.Sequence).FirstOrDefaultAsync(token);
            return last is null ? null : new AuditAnchor(organizationId, last.Sequence, Convert.ToHexStringLower(last.Hash), last.CreatedAt);
        }, token);

    /// <summary>All that the filter finds, newest first, a page at a time so that no transaction waits for a slow reader.</summary>
    public async IAsyncEnumerable<AuditEvent> StreamAsync(Guid organizationId, AuditFilter filter, [EnumeratorCancellation] CancellationToken token = default)
    {
        long? before = null;
        while (true)
        {
            var rows = (await PageAsync(organizationId, filter, Cursor.MaxLimit, before, token)).Data;
            foreach (var row in rows) yield return row;
            if (rows.Count < Cursor.MaxLimit) yield break;
            before = rows[^1].Sequence;
        }
    }

    private static IQueryable<AuditEvent> Narrow(IQueryable<AuditEvent> rows, AuditFilter filter)
    {
        if (filter.From is { } from) rows = rows.Where(a => a.CreatedAt >= from);
        if (filter.To is { } to) rows = rows.Where(a => a.CreatedAt < to);
        if (filter.ActorId is { } actor) rows = rows.Where(a => a.ActorId == actor);
        if (filter.ActorName is { } name) rows = rows.Where(a => a.ActorName == name);
        if (filter.Action is { } action) rows = rows.Where(a => a.Action == action);
        if (filter.SubjectType is { } type) rows = rows.Where(a => a.SubjectType == type);
        if (filter.SubjectId is { } subject) rows = rows.Where(a => a.SubjectId == subject);
        if (filter.Allowed is { } allowed) rows = rows.Where(a => a.Allowed == allowed);
        if (filter.Search is { } text)
        {
            var pattern = LikePattern.Contains(text);
            rows = rows.Where(a => EF.Functions.ILike(a.SubjectName!, pattern, @"\") || EF.Functions.ILike(a.ActorName, pattern, @"\"));
        }

        return rows;
    }
}

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
public sealed class AuditList(TenantDb tenants, AuditSeals seals)
{
    private const int MostNames = 1000;

    /// <summary>More than the clocks of nodes may differ by (they end admission at 30 seconds).</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public Task<Page<AuditEvent>> PageAsync(Guid organizationId, AuditFilter filter, int limit, long? before, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var rows = Narrow(await FoundAsync(db, filter, token), filter);
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
        tenants.ReadAsync(organizationId, db => AuditVerification.RunAsync(db, organizationId, seals, anchor, token: token), token);

    /// <summary>The same for an anchor as it was exported; null where it was not signed here, or altered.</summary>
    public async Task<AuditVerdict?> VerifyAsync(AuditAnchor anchor, CancellationToken token = default) =>
        anchor.Signature is null || seals.IsOurs(anchor) ? await VerifyAsync(anchor.OrganizationId, (anchor.Sequence, anchor.Hash), token) : null;

    /// <summary>The end of the chain as it is, to be kept elsewhere; null for an empty one.</summary>
    public Task<AuditAnchor?> AnchorAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var last = await db.Set<AuditEvent>().AsNoTracking().OrderByDescending(a => a.Sequence).FirstOrDefaultAsync(token);
            return last is null ? null : seals.Sign(new AuditAnchor(organizationId, last.Sequence, Convert.ToHexStringLower(last.Hash), last.CreatedAt));
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

    /// <summary>
    /// What a search or a period leaves, by way of an index: names are few beside events, and events lie in the order of their time but for
    /// what the clocks of nodes differ by.
    /// </summary>
    private static async Task<IQueryable<AuditEvent>> FoundAsync(PortalDb db, AuditFilter filter, CancellationToken token)
    {
        var rows = db.Set<AuditEvent>().AsNoTracking();
        if (filter.From is { } from)
        {
            var edge = from - Skew;
            var first = await db.Set<AuditEvent>().Where(a => a.CreatedAt >= edge).OrderBy(a => a.CreatedAt).Select(a => (long?)a.Sequence).FirstOrDefaultAsync(token) ?? long.MaxValue;
            rows = rows.Where(a => a.Sequence >= first);
        }

        if (filter.To is { } to)
        {
            var edge = to + Skew;
            var last = await db.Set<AuditEvent>().Where(a => a.CreatedAt <= edge).OrderByDescending(a => a.CreatedAt).Select(a => (long?)a.Sequence).FirstOrDefaultAsync(token) ?? 0;
            rows = rows.Where(a => a.Sequence <= last);
        }

        if (filter.Search is not { } text) return rows;
        var pattern = LikePattern.Contains(text);
        var names = await db.Database.SqlQuery<string>($@"SELECT name AS ""Value"" FROM audit_names WHERE name ILIKE {pattern} ESCAPE '\' LIMIT {MostNames + 1}").ToArrayAsync(token);
        return names.Length <= MostNames
            ? rows.Where(a => names.Contains(a.SubjectName) || names.Contains(a.ActorName))
            // So many names have it that the newest events will do.
            : rows.Where(a => EF.Functions.ILike(a.SubjectName!, pattern, @"\") || EF.Functions.ILike(a.ActorName, pattern, @"\"));
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
        return rows;
    }
}

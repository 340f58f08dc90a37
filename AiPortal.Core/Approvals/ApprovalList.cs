using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals;

/// <summary>Whose requests.</summary>
public enum ApprovalBox
{
    /// <summary>Those that wait for the reader.</summary>
    Inbox,

    /// <summary>The reader's own.</summary>
    Mine,

    /// <summary>All that he may see.</summary>
    All,
}

/// <summary>Which requests to list; null members do not filter.</summary>
public sealed record ApprovalFilter(ApprovalBox Box = ApprovalBox.All, ApprovalStatus? Status = null, string? Kind = null, Guid? SubjectId = null);

/// <summary>A request with its history, and whether the reader may decide it now.</summary>
public sealed record ApprovalReading(Approval Approval, IReadOnlyList<ApprovalEvent> History, bool MayDecide, string? OnBehalfOf, bool IsMine);

/// <summary>Requests for approval. Who may not see everybody's sees his own and those that wait for him.</summary>
public sealed class ApprovalList(TenantDb tenants, TimeProvider clock)
{
    /// <summary>Newest first.</summary>
    public Task<Page<ApprovalReading>> PageAsync(Actor actor, Guid organizationId, ApprovalFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var (rows, standing) = await VisibleAsync(db, actor, organizationId, filter, token);
            if (after is { } last) rows = rows.Where(a => EF.Functions.LessThan(ValueTuple.Create(a.CreatedAt, a.Id), ValueTuple.Create(last.At, last.Id)));
            var page = Page<Approval>.Of(await rows.OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id).Take(limit + 1).ToListAsync(token),
                limit, row => Cursor.Of(row.CreatedAt, row.Id));
            return new Page<ApprovalReading>(await WithHistoryAsync(db, actor, page.Data, standing, token), page.NextCursor);
        }, token);

    /// <summary>How many wait for this person.</summary>
    public Task<int> CountWaitingAsync(Actor actor, Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
            await (await VisibleAsync(db, actor, organizationId, new ApprovalFilter(ApprovalBox.Inbox), token)).Rows.CountAsync(token), token);

    /// <summary>Null where there is none that this person may see.</summary>
    public Task<ApprovalReading?> FindAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var row = await db.Set<Approval>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, token);
            if (row is null) return null;
            var standing = await Standing.ReadAsync(db, actor.Id, clock.GetUtcNow(), locked: false, token);
            var reading = (await WithHistoryAsync(db, actor, [row], standing, token))[0];
            var took = reading.History.Any(e => e.ActorId == actor.Id);
            return reading.IsMine || reading.MayDecide || took || actor.May(Permission.ViewApprovals, organizationId) ? reading : null;
        }, token);

    private async Task<(IQueryable<Approval> Rows, Standing Standing)> VisibleAsync(PortalDb db, Actor actor, Guid organizationId, ApprovalFilter filter, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var standing = await Standing.ReadAsync(db, actor.Id, now, locked: false, token);
        var rows = db.Set<Approval>().AsNoTracking();
        rows = filter.Box switch
        {
            ApprovalBox.Inbox => Waiting(db, rows, actor, standing, now),
            ApprovalBox.Mine => rows.Where(a => a.RequestedBy == actor.Id || a.RequesterId == actor.Id),
            ApprovalBox.All => actor.May(Permission.ViewApprovals, organizationId) ? rows : rows.Where(a => a.RequestedBy == actor.Id || a.RequesterId == actor.Id
                || db.Set<ApprovalEvent>().Any(e => e.ApprovalId == a.Id && e.ActorId == actor.Id)),
        };
        if (filter.Status is { } status)
        {
            rows = status switch
            {
                ApprovalStatus.Pending => rows.Where(a => a.Status == ApprovalStatus.Pending && a.ExpiresAt > now),
                ApprovalStatus.Expired => rows.Where(a => a.Status == ApprovalStatus.Expired || (a.Status == ApprovalStatus.Pending && a.ExpiresAt <= now)),
                _ => rows.Where(a => a.Status == status),
            };
        }

        if (filter.Kind is { } kind) rows = rows.Where(a => a.Kind == kind);
        if (filter.SubjectId is { } subject) rows = rows.Where(a => a.SubjectId == subject);
        return (rows, standing);
    }

    /// <summary>The query form of <see cref="Standing.For"/>; what it lets through beyond that, a second delegate of one absent person, is cut at the click.</summary>
    private static IQueryable<Approval> Waiting(PortalDb db, IQueryable<Approval> rows, Actor actor, Standing standing, DateTimeOffset now)
    {
        if (actor.IsService) return rows.Where(a => false);
        var words = standing.Steps.Select(EnumWord.Of).ToArray();
        var next = db.Set<Approval>().FromSql($"SELECT * FROM approvals WHERE status = 'pending' AND steps[steps_done + 1] = ANY ({words})").AsNoTracking();
        return next.Where(a => a.ExpiresAt > now && a.RequesterId != actor.Id && a.RequestedBy != actor.Id
            && !db.Set<ApprovalEvent>().Any(e => e.ApprovalId == a.Id && e.Kind == ApprovalEventKind.Approved && (e.ActorId == actor.Id || e.OnBehalfOf == actor.Id)));
    }

    private static async Task<IReadOnlyList<ApprovalReading>> WithHistoryAsync(PortalDb db, Actor actor, IReadOnlyList<Approval> rows, Standing standing, CancellationToken token)
    {
        var ids = rows.Select(row => row.Id).ToArray();
        var events = (await db.Set<ApprovalEvent>().AsNoTracking().Where(e => ids.Contains(e.ApprovalId)).OrderBy(e => e.CreatedAt).ThenBy(e => e.Id).ToListAsync(token))
            .ToLookup(e => e.ApprovalId);
        return
        [
            .. rows.Select(row =>
            {
                var history = events[row.Id].ToList();
                var authority = actor.IsService ? null : standing.For(row, history);
                return new ApprovalReading(row, history, authority is not null, authority?.OnBehalfOfName, row.RequestedBy == actor.Id || row.RequesterId == actor.Id);
            }),
        ];
    }
}

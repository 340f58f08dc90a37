using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger;

/// <summary>The ledger as read: one record an attempt, newest first.</summary>
public sealed class RecordList(TenantDb tenants, TimeProvider clock)
{
    private const int ExportPage = 2000;

    /// <param name="organizationId">Whose records.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="limit">Rows of the page.</param>
    /// <param name="after">The last row of the page before.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Page<LedgerEntry>> ReadAsync(Guid organizationId, RecordFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var entries = Filtered(db, filter);
            if (after is { } last)
            {
                entries = entries.Where(e => e.StartedAt <= last.At)
                    .Where(e => EF.Functions.LessThan(ValueTuple.Create(e.StartedAt, e.Id), ValueTuple.Create(last.At, last.Id)));
            }

            var rows = await entries.OrderByDescending(e => e.StartedAt).ThenByDescending(e => e.Id).Take(limit + 1).ToListAsync(token);
            return Page<LedgerEntry>.Of(rows, limit, entry => Cursor.Of(entry.StartedAt, entry.Id));
        }, token);

    /// <summary>Whether the filter finds more than so many records.</summary>
    public Task<bool> HasMoreThanAsync(Guid organizationId, RecordFilter filter, int most, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db => await Filtered(db, filter).Select(e => e.Id).Skip(most).AnyAsync(token), token);

    /// <summary>All records of the filter, oldest first, read page by page so that a slow reader holds no transaction.</summary>
    public async IAsyncEnumerable<LedgerEntry> StreamAsync(Guid organizationId, RecordFilter filter,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token = default)
    {
        var bounded = filter with { From = filter.RangeAt(clock.GetUtcNow()).Start };
        LedgerEntry? last = null;
        while (true)
        {
            var (at, id) = (last?.StartedAt ?? default, last?.Id ?? default);
            var page = await tenants.ReadAsync(organizationId, db =>
            {
                var entries = Filtered(db, bounded);
                if (last is not null)
                {
                    entries = entries.Where(e => e.StartedAt >= at)
                        .Where(e => EF.Functions.GreaterThan(ValueTuple.Create(e.StartedAt, e.Id), ValueTuple.Create(at, id)));
                }

                return entries.OrderBy(e => e.StartedAt).ThenBy(e => e.Id).Take(ExportPage).ToListAsync(token);
            }, token);
            foreach (var entry in page) yield return entry;
            if (page.Count < ExportPage) yield break;
            last = page[^1];
        }
    }

    /// <summary>Looked for in every organization where the actor may see cost. Null: none of his.</summary>
    public async Task<LedgerEntry?> FindAsync(Actor actor, Guid id, CancellationToken token = default)
    {
        foreach (var organization in actor.Roles.Keys.Where(o => actor.May(Permission.ViewCost, o)).OrderByDescending(o => o == actor.HomeOrganizationId))
        {
            if (await tenants.ReadAsync(organization, db => FindAsync(db, id, token), token) is { } found) return found;
        }

        return null;
    }

    /// <summary>Of the organization whose context this is.</summary>
    internal static async Task<LedgerEntry?> FindAsync(PortalDb db, Guid id, CancellationToken token)
    {
        var entries = db.Set<LedgerEntry>().AsNoTracking();
        // An id tells when it was made, which names the partition; history that was brought in may have been made later.
        if (IdInstant.Of(id) is { } made)
        {
            var (from, to) = (made.AddDays(-1), made.AddDays(1));
            if (await entries.FirstOrDefaultAsync(e => e.Id == id && e.StartedAt >= from && e.StartedAt < to, token) is { } near) return near;
        }

        return await entries.FirstOrDefaultAsync(e => e.Id == id, token);
    }

    /// <summary>Of unknown outcome, and nobody has said since what became of them.</summary>
    internal static IQueryable<LedgerEntry> Unresolved(PortalDb db, IQueryable<LedgerEntry> entries) => entries.Where(e =>
        e.Status == EntryStatus.Unknown && !db.Set<LedgerEntry>().Any(c => c.StartedAt == e.StartedAt && c.CorrectsId == e.Id));

    /// <summary>The records of a filter, in no order, for reads that sum them.</summary>
    internal IQueryable<LedgerEntry> Query(PortalDb db, RecordFilter filter) => Filtered(db, filter);

    private IQueryable<LedgerEntry> Filtered(PortalDb db, RecordFilter filter)
    {
        var range = filter.RangeAt(clock.GetUtcNow());
        var entries = db.Set<LedgerEntry>().AsNoTracking().Where(e => e.StartedAt >= range.Start && e.StartedAt < range.End);
        if (filter.RequestId is { } request) entries = entries.Where(e => e.RequestId == request);
        if (filter.KeyId is { } key) entries = entries.Where(e => e.KeyId == key);
        if (filter.DepartmentId is { } department) entries = entries.Where(e => e.DepartmentId == department);
        if (filter.TeamId is { } team) entries = entries.Where(e => e.TeamId == team);
        if (filter.ProjectId is { } project) entries = entries.Where(e => e.ProjectId == project);
        if (filter.CostCenterId is { } center) entries = entries.Where(e => e.CostCenterId == center);
        if (filter.EnvironmentId is { } environment) entries = entries.Where(e => e.EnvironmentId == environment);
        if (filter.UserId is { } user) entries = entries.Where(e => e.UserId == user);
        if (filter.ModelLike is { } like) entries = entries.Where(e => EF.Functions.Like(e.ModelName!, like, @"\"));
        else if (filter.Model is { } model) entries = entries.Where(e => e.ModelName == model);
        if (filter.Status is { } status) entries = entries.Where(e => e.Status == status);
        if (filter.Unresolved is { } unresolved)
        {
            var open = Unresolved(db, entries);
            entries = unresolved ? open : entries.Where(e => !open.Any(o => o.StartedAt == e.StartedAt && o.Id == e.Id));
        }

        if (filter.CorrectsId is { } corrected) entries = entries.Where(e => e.CorrectsId == corrected);
        if (filter.CostType is { } type) entries = entries.Where(e => e.CostType == type);
        if (filter.SessionId is { } session) entries = entries.Where(e => e.SessionId == session);
        if (filter.WorkflowId is { } workflow) entries = entries.Where(e => e.WorkflowId == workflow);
        if (filter.AccountId is { } account) entries = entries.Where(e => e.AccountId == account);
        if (filter.TagJson is { } tag) entries = entries.Where(e => EF.Functions.JsonContains(e.Tags!, tag));
        if (filter.Kind is { } kind) entries = entries.Where(e => e.Kind == kind);
        if (filter.Provider is { } provider)
            entries = Guid.TryParse(provider, out var id) ? entries.Where(e => e.ProviderId == id) : entries.Where(e => e.ProviderName == provider);
        return entries;
    }
}

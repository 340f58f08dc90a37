using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger;

/// <summary>The call log: every call, refused ones too, newest first.</summary>
public sealed class CallList(TenantDb tenants, TimeProvider clock)
{
    /// <param name="organizationId">Whose calls.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="limit">Rows of the page.</param>
    /// <param name="after">The last row of the page before.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Page<CallLogRow>> ReadAsync(Guid organizationId, RecordFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            await ReadByIndexAsync(db, token);
            var calls = Filtered(db, filter, clock.GetUtcNow());
            if (after is { } last)
            {
                calls = calls.Where(c => c.StartedAt <= last.At)
                    .Where(c => EF.Functions.LessThan(ValueTuple.Create(c.StartedAt, c.Id), ValueTuple.Create(last.At, last.Id)));
            }

            var rows = await calls.OrderByDescending(c => c.StartedAt).ThenByDescending(c => c.Id).Take(limit + 1).ToListAsync(token);
            return Page<CallLogRow>.Of(rows, limit, call => Cursor.Of(call.StartedAt, call.Id));
        }, token);

    /// <summary>Rows by position, for a grid that scrolls; prefer cursors for long lists.</summary>
    public Task<IReadOnlyList<CallLogRow>> SliceAsync(Guid organizationId, RecordFilter filter, int skip, int take, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<CallLogRow>>(organizationId, async db =>
            await Filtered(db, filter, clock.GetUtcNow()).OrderByDescending(c => c.StartedAt).ThenByDescending(c => c.Id).Skip(skip).Take(take).ToListAsync(token), token);

    /// <summary>How many calls the filter finds.</summary>
    public Task<int> CountAsync(Guid organizationId, RecordFilter filter, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => Filtered(db, filter, clock.GetUtcNow()).CountAsync(token), token);

    /// <summary>The organization of a call among those where the actor may see calls. Null: none of his.</summary>
    public async Task<Guid?> OrganizationOfAsync(Actor actor, Guid id, CancellationToken token = default)
    {
        foreach (var organization in actor.Roles.Keys.Where(o => actor.May(Permission.ViewCalls, o)).OrderByDescending(o => o == actor.HomeOrganizationId))
        {
            if (await tenants.ReadAsync(organization, async db =>
                await db.Set<CallLogRow>().AnyAsync(c => c.Id == id, token) || await db.Set<LedgerEntry>().AnyAsync(e => e.RequestId == id, token), token))
                return organization;
        }

        return null;
    }

    /// <summary>
    /// For the rest of the transaction. Of a column that no call has filled the server knows nothing, and it would read months from end to end for
    /// what an index says at once.
    /// </summary>
    internal static Task ReadByIndexAsync(PortalDb db, CancellationToken token) => db.Database.ExecuteSqlAsync($"SET LOCAL enable_seqscan = off", token);

    /// <summary>Calls in no order.</summary>
    internal static IQueryable<CallLogRow> Filtered(PortalDb db, RecordFilter filter, DateTimeOffset now)
    {
        var range = filter.RangeAt(now);
        var calls = db.Set<CallLogRow>().AsNoTracking().Where(c => c.StartedAt >= range.Start && c.StartedAt < range.End);
        if (filter.RequestId is { } request) calls = calls.Where(c => c.Id == request);
        if (filter.RequestIds is { } ids) calls = calls.Where(c => c.Id >= ids.First && c.Id <= ids.Last);
        if (filter.KeyId is { } key) calls = calls.Where(c => c.KeyId == key);
        if (filter.DepartmentId is { } department) calls = calls.Where(c => c.DepartmentId == department);
        if (filter.TeamId is { } team) calls = calls.Where(c => c.TeamId == team);
        if (filter.ProjectId is { } project) calls = calls.Where(c => c.ProjectId == project);
        if (filter.CostCenterId is { } center) calls = calls.Where(c => c.CostCenterId == center);
        if (filter.EnvironmentId is { } environment) calls = calls.Where(c => c.EnvironmentId == environment);
        if (filter.UserId is { } user) calls = calls.Where(c => c.UserId == user);
        if (filter.ModelLike is { } like) calls = calls.Where(c => EF.Functions.Like(c.ModelName!, like, @"\"));
        else if (filter.Model is { } model) calls = calls.Where(c => c.ModelName == model);
        if (filter.SessionId is { } session) calls = calls.Where(c => c.SessionId == session);
        if (filter.WorkflowId is { } workflow) calls = calls.Where(c => c.WorkflowId == workflow);
        if (filter.AccountId is { } account) calls = calls.Where(c => c.AccountId == account);
        if (filter.TagJson is { } tag) calls = calls.Where(c => EF.Functions.JsonContains(c.Tags!, tag));
        if (filter.CallStatus is { } status) calls = calls.Where(c => c.Status == status);
        if (filter.Provider is { } provider)
            calls = Guid.TryParse(provider, out var id) ? calls.Where(c => c.ProviderId == id) : calls.Where(c => c.ProviderName == provider);
        return calls;
    }
}

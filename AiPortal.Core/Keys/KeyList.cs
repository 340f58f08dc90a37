using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>Which keys to list; null members do not filter.</summary>
public sealed record KeyFilter
{
    /// <summary><c>active</c>, <c>disabled</c>, <c>revoked</c> or <c>expired</c>.</summary>
    public string? Status { get; init; }

    public Guid? OwnerUserId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? EnvironmentId { get; init; }

    public KeyTag? Tag { get; init; }

    /// <summary>Part of the name or the shown prefix, in any letter case.</summary>
    public string? Search { get; init; }
}

/// <summary>Keys as read, newest first; deleted ones are left out.</summary>
public sealed class KeyList(TenantDb tenants, IKeyBudgets budgets, TimeProvider clock)
{
    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<KeyStatus>().Select(EnumWord.Of), KeyListing.Expired];

    /// <param name="organizationId">Whose keys.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="limit">Rows of the page.</param>
    /// <param name="after">The last row of the page before.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Page<KeyListing>> ReadAsync(Guid organizationId, KeyFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var keys = Filtered(Source(db, filter).AsNoTracking().Where(k => k.DeletedAt == null), filter, clock.GetUtcNow());
            if (after is { } last)
                keys = keys.Where(k => EF.Functions.LessThan(ValueTuple.Create(k.CreatedAt, k.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await keys.OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Take(limit + 1).ToListAsync(token);
            var page = Page<ApiKey>.Of(rows, limit, key => Cursor.Of(key.CreatedAt, key.Id));
            var terms = await budgets.ReadAsync(db, [.. page.Data.Select(key => key.Id)], token);
            return page.Select(key => new KeyListing(key, terms.GetValueOrDefault(key.Id)));
        }, token);

    /// <summary>How many keys the filter finds.</summary>
    public Task<int> CountAsync(Guid organizationId, KeyFilter filter, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId,
            db => Filtered(Source(db, filter).Where(k => k.DeletedAt == null), filter, clock.GetUtcNow()).CountAsync(token), token);

    /// <summary>Null when there is none, it was deleted, or it is another organization's.</summary>
    public Task<KeyListing?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
            await db.Set<ApiKey>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null, token) is { } key
                ? await KeyListing.OfAsync(db, key, budgets, token)
                : null, token);

    private static IQueryable<ApiKey> Source(PortalDb db, KeyFilter filter) => filter.Tag?.Of(db.Set<ApiKey>()) ?? db.Set<ApiKey>();

    private static IQueryable<ApiKey> Filtered(IQueryable<ApiKey> keys, KeyFilter filter, DateTimeOffset now)
    {
        if (filter.Status == KeyListing.Expired) keys = keys.Where(k => k.Status == KeyStatus.Active && k.ExpiresAt <= now);
        else if (EnumWord.TryParse<KeyStatus>(filter.Status, out var status))
            keys = keys.Where(k => k.Status == status && (status != KeyStatus.Active || k.ExpiresAt == null || k.ExpiresAt > now));
        if (filter.OwnerUserId is { } owner) keys = keys.Where(k => k.OwnerUserId == owner);
        if (filter.TeamId is { } team) keys = keys.Where(k => k.TeamId == team);
        if (filter.ProjectId is { } project) keys = keys.Where(k => k.ProjectId == project);
        if (filter.CostCenterId is { } center) keys = keys.Where(k => k.CostCenterId == center);
        if (filter.EnvironmentId is { } environment) keys = keys.Where(k => k.EnvironmentId == environment);
        if (filter.Search is { Length: > 0 } search)
        {
            var pattern = LikePattern.Contains(search);
            keys = keys.Where(k => EF.Functions.ILike(k.Name, pattern, @"\") || EF.Functions.ILike(k.Prefix, pattern, @"\"));
        }

        return keys;
    }
}

using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>A key with what people ask about it: its use this month, its own budget as it stands, owner and team by name.</summary>
public sealed record KeyLine(ApiKey Key, string Status, KeyUse Use, BudgetReading? Budget, string? Owner, string? Team, string? Environment);

/// <summary>Which keys to show; null members do not filter.</summary>
public sealed record KeyQuery
{
    /// <summary>Part of the name or the shown prefix, in any letter case.</summary>
    public string? Search { get; init; }

    public KeyStatus? Status { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? EnvironmentId { get; init; }

    public Guid? OwnerUserId { get; init; }

    public KeyTag? Tag { get; init; }

    /// <summary>Active, older than so many days, and without a call in them.</summary>
    public int? IdleDays { get; init; }

    /// <summary>Active, and ending within so many days.</summary>
    public int? ExpiringDays { get; init; }
}

/// <summary>What a key can be attributed to, by name; the first <see cref="KeySheet.MostChoices"/> of each.</summary>
public sealed record KeyChoices(
    IReadOnlyList<Choice> Owners, IReadOnlyList<Choice> Teams, IReadOnlyList<Choice> Projects, IReadOnlyList<Choice> CostCenters, IReadOnlyList<Choice> Environments);

/// <summary>Something to choose.</summary>
public sealed record Choice(Guid Id, string Name);

/// <summary>The keys of an organization as a table, newest first; deleted ones are left out.</summary>
public sealed class KeySheet(TenantDb tenants, KeyUsage usage, BudgetList budgets, TimeProvider clock)
{
    public const int MostChoices = 50;

    public async Task<(IReadOnlyList<KeyLine> Lines, int Total)> ReadAsync(Guid organizationId, KeyQuery query, int skip, int take, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        var (rows, total, owners, teams, environments) = await tenants.ReadAsync(organizationId, async db =>
        {
            var keys = Narrow(db, (query.Tag?.Of(db.Set<ApiKey>()) ?? db.Set<ApiKey>()).AsNoTracking().Where(k => k.DeletedAt == null), query, now);
            var page = await keys.OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Skip(skip).Take(take).ToListAsync(token);
            var users = await NameBook.ReadAsync(db, Dimension.User, Ids(page, k => k.OwnerUserId), token);
            var parts = await NameBook.ReadAsync(db, Dimension.Team, Ids(page, k => k.TeamId), token);
            var places = await NameBook.ReadAsync(db, Dimension.Environment, Ids(page, k => k.EnvironmentId), token);
            return (page, await keys.CountAsync(token), users, parts, places);
        }, token);
        Guid[] ids = [.. rows.Select(k => k.Id)];
        var use = await usage.ReadAsync(organizationId, ids, token);
        var own = await budgets.OfKeysAsync(organizationId, ids, token);
        return ([.. rows.Select(key => new KeyLine(
            key, new KeyListing(key, null).StatusAt(now), use[key.Id], own.GetValueOrDefault(key.Id), Name(owners, key.OwnerUserId), Name(teams, key.TeamId), Name(environments, key.EnvironmentId)))], total);
    }

    /// <summary>The keys that a query finds, the newest first.</summary>
    public Task<IReadOnlyList<Guid>> IdsAsync(Guid organizationId, KeyQuery query, int most, CancellationToken token = default) => tenants.ReadAsync<IReadOnlyList<Guid>>(organizationId, async db =>
        await Narrow(db, (query.Tag?.Of(db.Set<ApiKey>()) ?? db.Set<ApiKey>()).AsNoTracking().Where(k => k.DeletedAt == null), query, clock.GetUtcNow())
            .OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Take(most).Select(k => k.Id).ToListAsync(token), token);

    private static IQueryable<ApiKey> Narrow(PortalDb db, IQueryable<ApiKey> keys, KeyQuery query, DateTimeOffset now)
    {
        if (query.Status is { } wanted) keys = keys.Where(k => k.Status == wanted);
        if (query.TeamId is { } team) keys = keys.Where(k => k.TeamId == team);
        if (query.EnvironmentId is { } environment) keys = keys.Where(k => k.EnvironmentId == environment);
        if (query.OwnerUserId is { } owner) keys = keys.Where(k => k.OwnerUserId == owner);
        if (query.ExpiringDays is { } days) keys = keys.Where(k => k.Status == KeyStatus.Active && k.ExpiresAt > now && k.ExpiresAt <= now.AddDays(days));
        if (query.IdleDays is { } idle)
        {
            var since = now.AddDays(-idle);
            // A key that was just made is not idle yet.
            keys = keys.Where(k => k.Status == KeyStatus.Active && k.CreatedAt < since && !db.Set<CallLogRow>().Any(c => c.KeyId == k.Id && c.StartedAt >= since));
        }

        if (query.Search is { Length: > 0 } search)
        {
            var pattern = LikePattern.Contains(search);
            keys = keys.Where(k => EF.Functions.ILike(k.Name, pattern, @"\") || EF.Functions.ILike(k.Prefix, pattern, @"\"));
        }

        return keys;
    }

    private static string? Name(IReadOnlyDictionary<Guid, string> names, Guid? id) => id is { } some ? names.GetValueOrDefault(some) : null;

    public Task<KeyChoices> ChoicesAsync(Guid organizationId, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db => new KeyChoices(
        await db.Set<Membership>().AsNoTracking().OrderBy(m => m.Name).Take(MostChoices).Select(m => new Choice(m.UserId, m.Name)).ToListAsync(token),
        await PartsAsync<Team>(db, token), await PartsAsync<Project>(db, token), await PartsAsync<CostCenter>(db, token), await PartsAsync<DeploymentEnvironment>(db, token)), token);

    private static async Task<IReadOnlyList<Choice>> PartsAsync<T>(PortalDb db, CancellationToken token) where T : StructureRow =>
        await db.Set<T>().AsNoTracking().Where(row => row.DeletedAt == null).OrderBy(row => row.Name).Take(MostChoices)
            .Select(row => new Choice(row.Id, row.Name)).ToListAsync(token);

    private static Guid[] Ids(IEnumerable<ApiKey> keys, Func<ApiKey, Guid?> id) => [.. keys.Select(id).OfType<Guid>().Distinct()];
}

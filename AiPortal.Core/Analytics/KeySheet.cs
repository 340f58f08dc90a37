using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>A key with what people ask about it: its use this month, its own budget as it stands, owner and team by name.</summary>
public sealed record KeyLine(ApiKey Key, string Status, KeyUse Use, BudgetReading? Budget, string? Owner, string? Team);

/// <summary>What a key can be attributed to, by name; at most <see cref="KeySheet.MostChoices"/> of each.</summary>
public sealed record KeyChoices(
    IReadOnlyList<Choice> Owners, IReadOnlyList<Choice> Teams, IReadOnlyList<Choice> Projects, IReadOnlyList<Choice> CostCenters, IReadOnlyList<Choice> Environments);

/// <summary>Something to choose.</summary>
public sealed record Choice(Guid Id, string Name);

/// <summary>The keys of an organization as a table, newest first; deleted ones are left out.</summary>
public sealed class KeySheet(TenantDb tenants, KeyUsage usage, BudgetList budgets, TimeProvider clock)
{
    public const int MostChoices = 500;

    public async Task<(IReadOnlyList<KeyLine> Lines, int Total)> ReadAsync(
        Guid organizationId, string? search, KeyStatus? status, int skip, int take, CancellationToken token = default)
    {
        var (rows, total, owners, teams) = await tenants.ReadAsync(organizationId, async db =>
        {
            var keys = db.Set<ApiKey>().AsNoTracking().Where(k => k.DeletedAt == null);
            if (status is { } wanted) keys = keys.Where(k => k.Status == wanted);
            if (search is { Length: > 0 })
            {
                var pattern = LikePattern.Contains(search);
                keys = keys.Where(k => EF.Functions.ILike(k.Name, pattern, @"\") || EF.Functions.ILike(k.Prefix, pattern, @"\"));
            }

            var page = await keys.OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Skip(skip).Take(take).ToListAsync(token);
            var users = await NameBook.ReadAsync(db, Dimension.User, Ids(page, k => k.OwnerUserId), token);
            var parts = await NameBook.ReadAsync(db, Dimension.Team, Ids(page, k => k.TeamId), token);
            return (page, await keys.CountAsync(token), users, parts);
        }, token);
        var use = await usage.ReadAsync(organizationId, [.. rows.Select(k => k.Id)], token);
        var own = (await budgets.AllAsync(organizationId, token)).Where(b => b.Budget is { OwnedByKey: true }).ToDictionary(b => b.Budget.ScopeId);
        var now = clock.GetUtcNow();
        return ([.. rows.Select(key => new KeyLine(
            key, new KeyListing(key, null).StatusAt(now), use[key.Id], own.GetValueOrDefault(key.Id),
            key.OwnerUserId is { } owner ? owners.GetValueOrDefault(owner) : null, key.TeamId is { } team ? teams.GetValueOrDefault(team) : null))], total);
    }

    public Task<KeyChoices> ChoicesAsync(Guid organizationId, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db => new KeyChoices(
        await db.Set<Membership>().AsNoTracking().OrderBy(m => m.Name).Take(MostChoices).Select(m => new Choice(m.UserId, m.Name)).ToListAsync(token),
        await PartsAsync<Team>(db, token), await PartsAsync<Project>(db, token), await PartsAsync<CostCenter>(db, token), await PartsAsync<DeploymentEnvironment>(db, token)), token);

    private static async Task<IReadOnlyList<Choice>> PartsAsync<T>(PortalDb db, CancellationToken token) where T : StructureRow =>
        await db.Set<T>().AsNoTracking().Where(row => row.DeletedAt == null).OrderBy(row => row.Name).Take(MostChoices)
            .Select(row => new Choice(row.Id, row.Name)).ToListAsync(token);

    private static Guid[] Ids(IEnumerable<ApiKey> keys, Func<ApiKey, Guid?> id) => [.. keys.Select(id).OfType<Guid>().Distinct()];
}

using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>What a budget can be over, by name.</summary>
public sealed class ScopeChoices(TenantDb tenants)
{
    /// <summary>At most this many are offered at a time; a search finds the others.</summary>
    public const int Most = 50;

    /// <param name="organizationId">Whose.</param>
    /// <param name="type">What kind of scope.</param>
    /// <param name="search">Part of the name; null: any.</param>
    /// <param name="token">Ends the read.</param>
    /// <returns>By name, and how many there are.</returns>
    public Task<(IReadOnlyList<Choice> Choices, int Total)> ReadAsync(Guid organizationId, QuotaType type, string? search, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var choices = Of(db, type, string.IsNullOrWhiteSpace(search) ? "%" : LikePattern.Contains(search.Trim()));
            var found = await choices.OrderBy(choice => choice.Name).Take(Most).ToListAsync(token);
            return ((IReadOnlyList<Choice>)[.. found.Select(choice => new Choice(choice.Id, choice.Name))], found.Count < Most ? found.Count : await choices.CountAsync(token));
        }, token);

    /// <summary>One of them; null where it is gone or not seen.</summary>
    public Task<Choice?> FindAsync(Guid organizationId, QuotaType type, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db => await Of(db, type, "%").FirstOrDefaultAsync(choice => choice.Id == id, token) is { } found ? new Choice(found.Id, found.Name) : null, token);

    private static IQueryable<Named> Of(PortalDb db, QuotaType type, string pattern) => type switch
    {
        QuotaType.Organization => db.Set<Organization>().Where(o => EF.Functions.ILike(o.Name, pattern, @"\")).Select(o => new Named { Id = o.Id, Name = o.Name }),
        QuotaType.Department => Parts<Department>(db, pattern),
        QuotaType.Team => Parts<Team>(db, pattern),
        QuotaType.Project => Parts<Project>(db, pattern),
        QuotaType.CostCenter => Parts<CostCenter>(db, pattern),
        QuotaType.Environment => Parts<DeploymentEnvironment>(db, pattern),
        QuotaType.User => db.Set<Membership>().Where(m => EF.Functions.ILike(m.Name, pattern, @"\")).Select(m => new Named { Id = m.UserId, Name = m.Name }),
        QuotaType.Key => db.Set<ApiKey>().Where(k => k.DeletedAt == null && EF.Functions.ILike(k.Name, pattern, @"\")).Select(k => new Named { Id = k.Id, Name = k.Name }),
    };

    private static IQueryable<Named> Parts<TRow>(PortalDb db, string pattern) where TRow : StructureRow =>
        db.Set<TRow>().Where(row => row.DeletedAt == null && EF.Functions.ILike(row.Name, pattern, @"\")).Select(row => new Named { Id = row.Id, Name = row.Name });

    private sealed class Named
    {
        public Guid Id { get; init; }

        public string Name { get; init; } = "";
    }
}

using AiPortal.Core.Budgets;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Routing;

/// <summary>Makes a key's snapshot from its row.</summary>
internal static class KeySnapshots
{
    public static KeySnapshot Make(ApiKey key, OrganizationSnapshot organization, ScopesOfKeys scopes)
    {
        var attribution = new Attribution(
            key.OrganizationId,
            DepartmentId: key.TeamId is { } team ? scopes.DepartmentOf(team) : null,
            TeamId: key.TeamId,
            ProjectId: key.ProjectId,
            CostCenterId: key.CostCenterId,
            EnvironmentId: key.EnvironmentId,
            UserId: key.OwnerUserId,
            KeyId: key.Id);
        var budgets = scopes.Budgets.Of(attribution);
        return new KeySnapshot
        {
            Id = key.Id,
            Name = key.Name,
            Organization = organization,
            Attribution = attribution,
            Status = key.Status,
            ExpiresAt = key.ExpiresAt,
            Models = key.Models is { } models ? new ModelPatterns(models) : null,
            Addresses = key.IpAllow is null && key.IpDeny is null ? IpRules.Any : new IpRules(key.IpAllow, key.IpDeny),
            Limits = scopes.LimitsOf(key, organization),
            Cache = CachePolicy.Of(key.Cache, organization.Cache),
            CacheTerms = key.Cache,
            Tags = key.Tags,
            Budgets = budgets,
            HasBlockingBudget = budgets.Any(line => line is { Refuses: true, Unit: CountedUnit.Usd }),
        };
    }
}

/// <summary>What lies over keys: teams, members, budgets.</summary>
internal sealed class ScopesOfKeys(IReadOnlyDictionary<Guid, Team> teams, IReadOnlyDictionary<(Guid Organization, Guid User), Membership> members, BudgetChains budgets)
{
    public BudgetChains Budgets { get; } = budgets;

    public Guid? DepartmentOf(Guid team) => teams.GetValueOrDefault(team)?.DepartmentId;

    public IReadOnlyList<LimitedScope> LimitsOf(ApiKey key, OrganizationSnapshot organization)
    {
        var limits = new List<LimitedScope>(4);
        Add(LimitKind.Key, key.Id, key.Name, RateLimit.Of(key));
        if (key.OwnerUserId is { } user && members.GetValueOrDefault((key.OrganizationId, user)) is { } member) Add(LimitKind.User, member.Id, member.Name, RateLimit.Of(member));
        if (key.TeamId is { } id && teams.GetValueOrDefault(id) is { } team) Add(LimitKind.Team, id, team.Name, RateLimit.Of(team));
        Add(LimitKind.Organization, organization.Id, organization.Name, organization.Limit);
        return limits.Count == 0 ? [] : [.. limits.OrderBy(scope => scope.Id)];

        void Add(LimitKind kind, Guid scope, string name, RateLimit limit)
        {
            if (limit != RateLimit.None) limits.Add(new LimitedScope(kind, scope, name, limit));
        }
    }
}

/// <summary>Finds the budgets over a key, the narrowest scope first.</summary>
internal sealed class BudgetChains(IEnumerable<BudgetLine> lines)
{
    private readonly ILookup<(QuotaType, Guid), BudgetLine> _lines = lines.ToLookup(line => (line.QuotaType, line.ScopeId));

    public IReadOnlyList<BudgetLine> Of(Attribution attribution)
    {
        var chain = new List<BudgetLine>();
        Add(QuotaType.Key, attribution.KeyId);
        Add(QuotaType.User, attribution.UserId);
        Add(QuotaType.Environment, attribution.EnvironmentId);
        Add(QuotaType.Project, attribution.ProjectId);
        Add(QuotaType.Team, attribution.TeamId);
        Add(QuotaType.CostCenter, attribution.CostCenterId);
        Add(QuotaType.Department, attribution.DepartmentId);
        Add(QuotaType.Organization, attribution.OrganizationId);
        return chain;

        void Add(QuotaType type, Guid? scope)
        {
            if (scope is { } id) chain.AddRange(_lines[(type, id)]);
        }
    }
}

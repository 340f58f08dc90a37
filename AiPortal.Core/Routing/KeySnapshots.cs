using System.Collections.Frozen;
using AiPortal.Core.Budgets;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;

namespace AiPortal.Core.Routing;

/// <summary>Makes a key's snapshot from its row.</summary>
internal static class KeySnapshots
{
    public static KeySnapshot Make(ApiKey key, OrganizationSnapshot organization, Dictionary<Guid, Guid?> departmentOfTeam, BudgetChains chains)
    {
        var attribution = new Attribution(
            key.OrganizationId,
            DepartmentId: key.TeamId is { } team ? departmentOfTeam.GetValueOrDefault(team) : null,
            TeamId: key.TeamId,
            ProjectId: key.ProjectId,
            CostCenterId: key.CostCenterId,
            EnvironmentId: key.EnvironmentId,
            UserId: key.OwnerUserId,
            KeyId: key.Id);
        var budgets = chains.Of(attribution);
        return new KeySnapshot
        {
            Id = key.Id,
            Name = key.Name,
            Organization = organization,
            Attribution = attribution,
            Status = key.Status,
            ExpiresAt = key.ExpiresAt,
            Models = key.Models?.ToFrozenSet(StringComparer.Ordinal),
            Addresses = key.IpAllow is null && key.IpDeny is null ? IpRules.Any : new IpRules(key.IpAllow, key.IpDeny),
            Rpm = key.Rpm,
            Tpm = key.Tpm,
            Concurrency = key.Concurrency,
            Tags = key.Tags,
            Budgets = budgets,
            HasBlockingBudget = budgets.Any(line => line is { Refuses: true, Unit: CountedUnit.Usd }),
        };
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

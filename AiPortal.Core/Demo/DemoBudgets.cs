using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;

namespace AiPortal.Core.Demo;

/// <summary>Budgets cut to the history, so that on any day of the month one is near its warning and one is exceeded.</summary>
internal sealed class DemoBudgets(DemoCompany company, DemoHistory history, DateTimeOffset now, TimeProvider clock)
{
    private readonly OrganizationCalendar _calendar = OrganizationCalendar.Of(DemoPlan.Zone);

    public IReadOnlyList<Budget> Make() =>
    [
        Of("Whole company", QuotaType.Organization, company.Organization.Id, entry => entry.OrganizationId, 0.58m),
        Of("Perception team", QuotaType.Team, company.TeamId("Perception"), entry => entry.TeamId, 0.83m),
        Of("Fleet telemetry", QuotaType.Project, company.ProjectId("Fleet telemetry"), entry => entry.ProjectId, 1.07m, action: BudgetAction.Alert),
        Of("Suzhou plant", QuotaType.CostCenter, company.CostCenterId("7300"), entry => entry.CostCenterId, 0.44m, PeriodType.Quarterly),
        Of("Development environments", QuotaType.Environment, company.EnvironmentId("Development"), entry => entry.EnvironmentId, 0.71m, action: BudgetAction.Alert),
        OfKey("Michał's coding agent", 0.62m, HoldKind.Learned),
        OfKey("Contract reader", 0.35m, HoldKind.Strict),
    ];

    private Budget OfKey(string name, decimal used, HoldKind hold)
    {
        var budget = Of(name, QuotaType.Key, company.KeyId(name), entry => entry.KeyId, used);
        (budget.Hold, budget.OwnedByKey) = (hold, true);
        return budget;
    }

    /// <param name="name">For people.</param>
    /// <param name="type">What it is over.</param>
    /// <param name="scope">Which one.</param>
    /// <param name="scopeOf">The scope of an entry.</param>
    /// <param name="used">The part of its limit that the running period has spent.</param>
    /// <param name="period">Its period.</param>
    /// <param name="action">What it does when it is full.</param>
    private Budget Of(
        string name, QuotaType type, Guid scope, Func<LedgerEntry, Guid?> scopeOf, decimal used,
        PeriodType period = PeriodType.Monthly, BudgetAction action = BudgetAction.Block)
    {
        var current = _calendar.PeriodOf(period, now);
        var spent = history.Entries.Where(entry => scopeOf(entry) == scope && current.Contains(entry.StartedAt)).Sum(entry => entry.TotalCost);
        return new Budget
        {
            Id = Ids.New(clock),
            OrganizationId = company.Organization.Id,
            Name = name,
            QuotaType = type,
            ScopeId = scope,
            TotalQuota = Rounded(spent / used),
            PeriodType = period,
            Action = action,
        };
    }

    private static decimal Rounded(decimal amount) => amount switch
    {
        >= 200 => decimal.Round(amount / 5) * 5,
        >= 20 => decimal.Round(amount),
        >= 1 => decimal.Round(amount, 1),
        _ => 1,
    };
}

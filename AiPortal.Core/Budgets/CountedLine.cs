using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>All of an entry that decides which budgets it counts for.</summary>
internal readonly record struct EntryChain(
    Guid OrganizationId, Guid? DepartmentId, Guid? TeamId, Guid? ProjectId, Guid? CostCenterId, Guid? EnvironmentId, Guid? UserId, Guid? KeyId, string ModelName, Guid? ProviderId)
{
    public static EntryChain Of(LedgerEntry entry) => new(
        entry.OrganizationId, entry.DepartmentId, entry.TeamId, entry.ProjectId, entry.CostCenterId, entry.EnvironmentId, entry.UserId, entry.KeyId, entry.ModelName, entry.ProviderId);

    public IEnumerable<CountedLine> LinesIn(ILookup<(Guid, QuotaType, Guid?), CountedLine> lines)
    {
        var (organization, model, provider) = (OrganizationId, ModelName, ProviderId);
        (QuotaType Type, Guid? Id)[] scopes =
        [
            (QuotaType.Organization, OrganizationId), (QuotaType.Department, DepartmentId), (QuotaType.Team, TeamId), (QuotaType.Project, ProjectId),
            (QuotaType.CostCenter, CostCenterId), (QuotaType.Environment, EnvironmentId), (QuotaType.User, UserId), (QuotaType.Key, KeyId),
        ];
        return scopes.Where(scope => scope.Id is not null).SelectMany(scope => lines[(organization, scope.Type, scope.Id)]).Where(line => line.Filter.Matches(model, provider));
    }

    // These tell most apart; all are compared.
    public override int GetHashCode() => HashCode.Combine(OrganizationId, KeyId, ModelName, ProviderId);
}

/// <summary>A line of a budget, and what the transaction's entries count for in its periods.</summary>
internal sealed class CountedLine(Guid budgetId, PeriodType periodType, OrganizationCalendar calendar, CountedUnit unit, EntryFilter filter)
{
    private readonly List<PeriodUse> _periods = [];
    private PeriodUse? _last;

    public Guid BudgetId => budgetId;

    public EntryFilter Filter => filter;

    public IEnumerable<KeyValuePair<BudgetCellKey, BudgetUse>> Uses => _periods.Where(period => period.IsCounted).Select(period => KeyValuePair.Create(
        period.Key, new BudgetUse(period.OrganizationId, period.Period.End) { Counted = true, Spent = period.Spent, Unknown = period.Unknown }));

    public void Count(LedgerEntry entry, Dictionary<BudgetCellKey, DateTimeOffset> resets)
    {
        var period = _last is { } last && last.Period.Contains(entry.StartedAt) ? last : _last = PeriodOf(entry, resets);
        if (entry.StartedAt <= period.ResetAt)
            return;
        period.IsCounted = true;
        period.Spent += CountedAmounts.Spent(entry, unit);
        period.Unknown += CountedAmounts.Unknown(entry, unit);
    }

    private PeriodUse PeriodOf(LedgerEntry entry, Dictionary<BudgetCellKey, DateTimeOffset> resets)
    {
        var period = calendar.PeriodOf(periodType, entry.StartedAt);
        if (_periods.Find(known => known.Period == period) is { } known)
            return known;
        var key = new BudgetCellKey(budgetId, periodType, period.Start);
        var use = new PeriodUse(entry.OrganizationId, key, period, resets.TryGetValue(key, out var at) ? at : DateTimeOffset.MinValue);
        _periods.Add(use);
        return use;
    }
}

/// <summary>What a transaction counts in one period of a line.</summary>
internal sealed class PeriodUse(Guid organizationId, BudgetCellKey key, Period period, DateTimeOffset resetAt)
{
    public Guid OrganizationId => organizationId;

    public BudgetCellKey Key => key;

    public Period Period => period;

    /// <summary>Entries begun by then do not count.</summary>
    public DateTimeOffset ResetAt => resetAt;

    public bool IsCounted { get; set; }

    public decimal Spent { get; set; }

    public decimal Unknown { get; set; }
}

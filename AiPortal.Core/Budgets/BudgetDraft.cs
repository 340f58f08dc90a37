using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>A budget as its author writes it. Amounts are in its unit, thresholds fractions of the limit.</summary>
public sealed record BudgetDraft
{
    /// <summary>The most tokens or requests that a limit can have.</summary>
    public const decimal MostUnits = 1_000_000_000_000_000;

    public string Name { get; init; } = "";

    public QuotaType QuotaType { get; init; }

    /// <summary>Empty with <see cref="Budgets.QuotaType.Organization"/>: the organization itself.</summary>
    public Guid ScopeId { get; init; }

    public decimal TotalQuota { get; init; }

    public PeriodType PeriodType { get; init; } = PeriodType.Monthly;

    public decimal? DailyLimit { get; init; }

    public decimal? HourlyLimit { get; init; }

    public decimal WarningThreshold { get; init; } = 0.8m;

    public decimal CriticalThreshold { get; init; } = 0.95m;

    public BudgetAction Action { get; init; } = BudgetAction.Block;

    /// <inheritdoc cref="Budget.DowngradeModel"/>
    public string? DowngradeModel { get; init; }

    public HoldKind Hold { get; init; } = HoldKind.Learned;

    public CountedUnit Unit { get; init; }

    /// <summary>Only calls of this model count; <c>*</c> stands for any characters.</summary>
    public string? Model { get; init; }

    /// <summary>Only calls to this provider account count.</summary>
    public Guid? ProviderId { get; init; }

    /// <inheritdoc cref="Budget.ParentId"/>
    public Guid? ParentId { get; init; }

    /// <summary>New amounts of budgets that are allocated from this one, by id; null, and those not named, stay.</summary>
    public IReadOnlyDictionary<Guid, decimal>? Allocations { get; init; }

    /// <summary>The draft that would leave a budget as it is.</summary>
    public static BudgetDraft Of(Budget budget) => new()
    {
        Name = budget.Name,
        QuotaType = budget.QuotaType,
        ScopeId = budget.ScopeId,
        TotalQuota = budget.TotalQuota,
        PeriodType = budget.PeriodType,
        DailyLimit = budget.DailyLimit,
        HourlyLimit = budget.HourlyLimit,
        WarningThreshold = budget.WarningThreshold,
        CriticalThreshold = budget.CriticalThreshold,
        Action = budget.Action,
        DowngradeModel = budget.DowngradeModel,
        Hold = budget.Hold,
        Unit = budget.Unit,
        Model = budget.Model,
        ProviderId = budget.ProviderId,
        ParentId = budget.ParentId,
    };

    internal void Check(FieldFaults faults)
    {
        faults.RequireText(Name, "name");
        if (Model is not null) faults.RequireText(Model, "model", 256);
        CheckAmount(faults, Unit, TotalQuota, "total_quota");
        CheckAmount(faults, Unit, DailyLimit, "daily_limit");
        CheckAmount(faults, Unit, HourlyLimit, "hourly_limit");
        faults.Require(DailyLimit is null || DailyLimit <= TotalQuota, "daily_limit", "Must not be above total_quota.");
        faults.Require(HourlyLimit is null || HourlyLimit <= (DailyLimit ?? TotalQuota), "hourly_limit", "Must not be above daily_limit or total_quota.");
        faults.Require(WarningThreshold is > 0 and <= 1, "warning_threshold", "Must be above 0 and at most 1.");
        faults.Require(CriticalThreshold is > 0 and <= 1, "critical_threshold", "Must be above 0 and at most 1.");
        if (DowngradeModel is not null) faults.RequireText(DowngradeModel, "downgrade_model", 256);
        else faults.Require(Action != BudgetAction.Downgrade, "downgrade_model", "The action downgrade needs the cheaper model's name.");
        faults.Require(WarningThreshold <= CriticalThreshold, "critical_threshold", "Must not be below warning_threshold.");
    }

    internal void WriteTo(Budget budget)
    {
        budget.Name = Name;
        budget.QuotaType = QuotaType;
        budget.ScopeId = ScopeId;
        budget.TotalQuota = TotalQuota;
        budget.PeriodType = PeriodType;
        budget.DailyLimit = DailyLimit;
        budget.HourlyLimit = HourlyLimit;
        budget.WarningThreshold = WarningThreshold;
        budget.CriticalThreshold = CriticalThreshold;
        budget.Action = Action;
        budget.DowngradeModel = DowngradeModel;
        budget.Hold = Hold;
        budget.Unit = Unit;
        budget.Model = Model;
        budget.ProviderId = ProviderId;
        budget.ParentId = ParentId;
    }

    internal static void CheckAmount(FieldFaults faults, CountedUnit unit, decimal? amount, string field)
    {
        if (amount is <= 0) faults.Add(field, "Must be above 0.");
        else if (unit != CountedUnit.Usd) faults.Require(amount is null || (amount <= MostUnits && decimal.Truncate(amount.Value) == amount), field, "Must be a whole number, at most 1,000,000,000,000,000.");
        else if (amount is { } given && !Usd.IsStorable(given)) faults.Add(field, "Must have at most twelve decimals and twelve digits before them.");
    }
}

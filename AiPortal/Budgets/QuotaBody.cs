using AiPortal.Api;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Budgets;

/// <summary>A budget's draft out of a request's body.</summary>
internal static class QuotaBody
{
    /// <summary>Members that are absent keep what <paramref name="now"/> has; without it they take their defaults.</summary>
    public static BudgetDraft Read(JsonBody body, BudgetDraft? now)
    {
        body.ReadOnly(QuotaView.ReadOnlyMembers);
        var type = body.Word("quota_type", now?.QuotaType);
        var unit = body.Word<CountedUnit>("unit", now?.Unit ?? CountedUnit.Usd);
        var below = unit == CountedUnit.Usd ? ExactDecimal.Limit : BudgetDraft.MostUnits + 1;
        return new BudgetDraft
        {
            Name = body.Text("name", now?.Name ?? $"{EnumWord.Of(type)} budget"),
            QuotaType = type,
            ScopeId = type == QuotaType.Organization ? body.IdOrNull("scope_id", now?.ScopeId) ?? Guid.Empty : body.Id("scope_id", now?.ScopeId),
            TotalQuota = body.Amount("total_quota", now?.TotalQuota, below),
            PeriodType = body.Word<PeriodType>("period_type", now?.PeriodType ?? PeriodType.Monthly),
            DailyLimit = body.AmountOrNull("daily_limit", now?.DailyLimit, below),
            HourlyLimit = body.AmountOrNull("hourly_limit", now?.HourlyLimit, below),
            WarningThreshold = body.Amount("warning_threshold", now?.WarningThreshold ?? 0.8m),
            CriticalThreshold = body.Amount("critical_threshold", now?.CriticalThreshold ?? 0.95m),
            Action = ReadAction(body, now?.Action ?? BudgetAction.Block),
            DowngradeModel = body.TextOrNull("downgrade_model", now?.DowngradeModel, 256),
            Hold = body.Word<HoldKind>("hold", now?.Hold ?? HoldKind.Learned),
            Unit = unit,
            Model = body.TextOrNull("model", now?.Model, 256),
            ProviderId = body.IdOrNull("provider_id", now?.ProviderId),
            ParentId = body.IdOrNull("parent_id", now?.ParentId),
            Allocations = ReadAllocations(body, below),
        };
    }

    private static Dictionary<Guid, decimal>? ReadAllocations(JsonBody body, decimal below)
    {
        if (body.Objects("allocations") is not { } parts) return null;
        var amounts = new Dictionary<Guid, decimal>();
        foreach (var part in parts)
        {
            part.ReadOnly("name");
            if (!amounts.TryAdd(part.Id("quota_id"), part.Amount("amount", limit: below))) part.Fault("quota_id", "Is named twice.");
        }

        return amounts;
    }

    private static BudgetAction ReadAction(JsonBody body, BudgetAction now)
    {
        var word = body.Text("action", EnumWord.Of(now));
        if (EnumWord.TryParse<BudgetAction>(word, out var action)) return action;
        if (word.Length > 0) body.Fault("action", BudgetWords.ActionFault());
        return now;
    }
}

using AiPortal.Core.Access;
using AiPortal.Core.Ledger.Counting;

namespace AiPortal.Core.Budgets;

/// <summary>Tells by how much a change lets more be spent: the amount that approval policies go by.</summary>
internal static class BudgetRaise
{
    public const string Kind = "budget.raise";

    /// <summary>A budget that is taken away, or begins anew: more than any amount.</summary>
    public static ApprovalTrigger Unbounded { get; } = new(Kind);

    /// <summary>
    /// Null where nothing is loosened. The amount is the largest raise of a limit in USD; there is none where a limit goes away, counts
    /// something else or stops refusing, or is in tokens or requests.
    /// </summary>
    public static ApprovalTrigger? Of(BudgetDraft before, BudgetDraft after)
    {
        if (Strictness(after.Action) < Strictness(before.Action)) return Unbounded;
        if ((after.Unit, after.PeriodType, after.QuotaType, after.ScopeId, after.Model, after.ProviderId)
            != (before.Unit, before.PeriodType, before.QuotaType, before.ScopeId, before.Model, before.ProviderId)) return Unbounded;
        if ((before.DailyLimit is not null && after.DailyLimit is null) || (before.HourlyLimit is not null && after.HourlyLimit is null)) return Unbounded;
        var most = Math.Max(after.TotalQuota - before.TotalQuota, Math.Max(Raise(before.DailyLimit, after.DailyLimit), Raise(before.HourlyLimit, after.HourlyLimit)));
        if (most <= 0) return null;
        return after.Unit == CountedUnit.Usd ? new ApprovalTrigger(Kind, most) : Unbounded;
    }

    private static decimal Raise(decimal? before, decimal? after) => before is { } was && after is { } now ? now - was : 0;

    private static int Strictness(BudgetAction action) => action switch
    {
        BudgetAction.Block or BudgetAction.Approval => 2,
        BudgetAction.Downgrade => 1,
        BudgetAction.Alert => 0,
    };
}

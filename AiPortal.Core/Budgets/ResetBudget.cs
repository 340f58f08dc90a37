using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>Lets a budget's current periods begin anew: calls begun up to now no longer count. Calls in flight go on being held.</summary>
public sealed class ResetBudget(ChangeGate gate, BudgetChanges changes, BudgetRefresh refresh, TimeProvider clock)
{
    public async Task<Outcome<Budget>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync(actor, organizationId, Permission.ManageBudgets, "budget.reset", scope => WithinAsync(scope, id, token), token);
        if (!outcome.IsRefused) await FinishAsync(id);
        return outcome;
    }

    /// <summary>The same as a part of another change.</summary>
    internal async Task<Outcome<Budget>> WithinAsync(ChangeScope scope, Guid id, CancellationToken token)
    {
        var budget = await scope.Db.Set<Budget>().SingleOrDefaultAsync(b => b.Id == id, token);
        if (budget is null) return Refusal.Missing("budget");
        if (OwnLimits.Check(scope, budget.QuotaType, budget.ScopeId) is { } own) return own;
        await BudgetStart.LockAsync(scope, token);
        var now = clock.GetUtcNow();
        var before = await scope.Db.Set<BudgetAmount>().AsNoTracking().Where(a => a.BudgetId == id && a.PeriodEnd > now)
            .Select(a => new { a.PeriodType, a.PeriodStart, a.Spent, a.Unknown }).ToListAsync(token);
        await BudgetStart.ResetAsync(scope, BudgetLine.Of(budget), now, token);
        await changes.TellAsync(scope, budget, removed: false, token);
        // The whole limit can be spent once more. What was spent up to now goes on changing while the request waits.
        scope.MayNeedApproval(budget.Unit == CountedUnit.Usd ? new ApprovalTrigger(BudgetRaise.Kind, budget.TotalQuota) : BudgetRaise.Unbounded);
        scope.AskableAs(new ApprovalMatter("budget.reset", "budget", id, budget.Name, BudgetDraft.Of(budget), BudgetDraft.Of(budget), id) { Places = await OwnLimits.DecidersAsync(scope, budget.QuotaType, budget.ScopeId, token) });
        scope.Audit(new AuditNote("budget.reset", "budget", budget.Id, budget.Name, before, new { ResetAt = now }));
        scope.RefreshGateway();
        return budget;
    }

    /// <summary>What <see cref="WithinAsync"/> leaves to do once it stands.</summary>
    internal Task FinishAsync(Guid id) => refresh.RereadAsync(id, CancellationToken.None);
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>Changes a budget. A new limit counts from the next call on.</summary>
public sealed class ChangeBudget(ChangeGate gate, BudgetChanges changes, BudgetRefresh refresh, TimeProvider clock)
{
    /// <param name="overlay">Gives the draft as it shall be from the draft as it is.</param>
    public async Task<Outcome<Budget>> RunAsync(Actor actor, Guid organizationId, Guid id, Func<BudgetDraft, Outcome<BudgetDraft>> overlay, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync(actor, organizationId, Permission.ManageBudgets, "budget.change", scope => WithinAsync(scope, id, overlay, token), token);
        if (!outcome.IsRefused) await refresh.RereadAsync(id, CancellationToken.None);
        return outcome;
    }

    /// <summary>The same as a part of another change, which refreshes once it stands.</summary>
    internal async Task<Outcome<Budget>> WithinAsync(ChangeScope scope, Guid id, Func<BudgetDraft, Outcome<BudgetDraft>> overlay, CancellationToken token)
    {
        var budget = await scope.Db.Set<Budget>().SingleOrDefaultAsync(b => b.Id == id, token);
        if (budget is null) return Refusal.Missing("budget");
        var before = BudgetDraft.Of(budget);
        var overlaid = overlay(before);
        if (overlaid.Refusal is { } unread) return unread;
        var draft = overlaid.Value;
        if (budget.OwnedByKey && (draft.QuotaType, draft.ScopeId) != (before.QuotaType, before.ScopeId))
            return Refusal.Conflict("owned_by_key", "This budget belongs to its key and cannot be moved to another scope.");
        scope.AskableAs(new ApprovalMatter("budget.change", "budget", id, budget.Name, before, draft, draft) { Places = await OwnLimits.DecidersAsync(scope, budget.QuotaType, budget.ScopeId, token) });
        if (await changes.WriteAsync(scope, budget, draft, isNew: false, clock.GetUtcNow(), token) is { } refusal) return refusal;
        scope.Audit(new AuditNote("budget.change", "budget", budget.Id, budget.Name, before, draft));
        return budget;
    }

    /// <summary>What <see cref="WithinAsync"/> leaves to do once it stands.</summary>
    internal Task FinishAsync(Guid id) => refresh.RereadAsync(id, CancellationToken.None);
}

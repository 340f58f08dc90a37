using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>Takes a budget away; from the next call on nothing is held for it. Refused while others are allocated from it.</summary>
public sealed class RemoveBudget(ChangeGate gate, BudgetChanges changes)
{
    public Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageBudgets, "budget.remove", scope => WithinAsync(scope, id, token), token);

    /// <summary>The same as a part of another change.</summary>
    internal async Task<Outcome<Guid>> WithinAsync(ChangeScope scope, Guid id, CancellationToken token)
    {
        // Locked, so that nothing is allocated from it meanwhile.
        var budget = await scope.Db.Set<Budget>().FromSql($"SELECT * FROM budgets WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(token);
        if (budget is null) return Refusal.Missing("budget");
        if (OwnLimits.Check(scope, budget.QuotaType, budget.ScopeId) is { } own) return own;
        var shares = await scope.Db.Set<Budget>().CountAsync(b => b.ParentId == id, token);
        if (shares > 0) return Refusal.Conflict("has_allocations", $"{shares} budgets are allocated from this one: remove them or set their parent_id to null first.");
        var before = BudgetDraft.Of(budget);
        scope.Db.Remove(budget);
        await changes.TellAsync(scope, budget, removed: true, token);
        scope.MayNeedApproval(BudgetRaise.Unbounded);
        scope.AskableAs(new ApprovalMatter("budget.remove", "budget", id, budget.Name, before, null, id) { Places = await OwnLimits.DecidersAsync(scope, budget.QuotaType, budget.ScopeId, token) });
        scope.Audit(new AuditNote("budget.remove", "budget", budget.Id, budget.Name, Before: before));
        scope.RefreshGateway();
        return id;
    }
}

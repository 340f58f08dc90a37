using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>Takes a budget away; from the next call on nothing is held for it.</summary>
public sealed class RemoveBudget(ChangeGate gate, BudgetChanges changes)
{
    public Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Guid>(actor, organizationId, Permission.ManageBudgets, "budget.remove", async scope =>
        {
            var budget = await scope.Db.Set<Budget>().SingleOrDefaultAsync(b => b.Id == id, token);
            if (budget is null) return Refusal.Missing("budget");
            scope.Db.Remove(budget);
            await changes.TellAsync(scope, budget, removed: true, token);
            scope.Audit(new AuditNote("budget.remove", "budget", budget.Id, budget.Name, Before: BudgetDraft.Of(budget)));
            scope.RefreshGateway();
            return id;
        }, token);
}

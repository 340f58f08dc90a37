using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Core.Budgets;

/// <summary>Makes a budget. In mid-period it starts with what its scope has already spent.</summary>
public sealed class CreateBudget(ChangeGate gate, BudgetChanges changes, TimeProvider clock)
{
    public Task<Outcome<Budget>> RunAsync(Actor actor, Guid organizationId, BudgetDraft draft, CancellationToken token = default) =>
        gate.RunAsync<Budget>(actor, organizationId, Permission.ManageBudgets, "budget.create", async scope =>
        {
            var budget = new Budget { Id = Ids.New(clock), OrganizationId = organizationId, Name = draft.Name };
            if (await changes.WriteAsync(scope, budget, draft, isNew: true, clock.GetUtcNow(), token) is { } refusal) return refusal;
            scope.Audit(new AuditNote("budget.create", "budget", budget.Id, budget.Name, After: draft));
            return budget;
        }, token);
}

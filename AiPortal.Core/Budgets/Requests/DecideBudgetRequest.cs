using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>Grants a request or declines it, from the budget's side: the decision is that of its approval, with its steps and rules.</summary>
public sealed class DecideBudgetRequest(TenantDb tenants, DecideApproval decide)
{
    /// <summary>Raises the limit to what was asked for with the last yes. Void where the limit is another by now.</summary>
    public async Task<Outcome<BudgetRequest>> GrantAsync(Actor actor, Guid organizationId, Guid budgetId, Guid id, string? comment = null, CancellationToken token = default) =>
        await DecideAsync(actor, organizationId, budgetId, id, approval => decide.ApproveAsync(actor, organizationId, approval, comment, token), token);

    public Task<Outcome<BudgetRequest>> DeclineAsync(Actor actor, Guid organizationId, Guid budgetId, Guid id, string comment, CancellationToken token = default) =>
        DecideAsync(actor, organizationId, budgetId, id, approval => decide.RejectAsync(actor, organizationId, approval, comment, token), token);

    private async Task<Outcome<BudgetRequest>> DecideAsync(Actor actor, Guid organizationId, Guid budgetId, Guid id, Func<Guid, Task<Outcome<Approval>>> run, CancellationToken token)
    {
        if (actor.RoleIn(organizationId) is null) return Refusal.Missing("organization");
        if (await FindAsync(organizationId, budgetId, id, token) is not { } request) return Refusal.Missing("request");
        if (request.ApprovalId is not { } approval) return Refusal.Conflict("already_decided", $"{request.DecidedBy} has decided this request already.");
        var outcome = await run(approval);
        if (outcome.Refusal is { } refusal) return refusal;
        if (outcome.Value is { Status: ApprovalStatus.Void } gone) return Refusal.Conflict("approval_void", gone.VoidReason!);
        return await FindAsync(organizationId, budgetId, id, CancellationToken.None) is { } decided ? decided : Refusal.Missing("request");
    }

    private Task<BudgetRequest?> FindAsync(Guid organizationId, Guid budgetId, Guid id, CancellationToken token) =>
        tenants.ReadAsync(organizationId, db => db.Set<BudgetRequest>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.BudgetId == budgetId, token), token);
}

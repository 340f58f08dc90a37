using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>Grants a request, which raises the limit in the same transaction, or declines it.</summary>
public sealed class DecideBudgetRequest(ChangeGate gate, ChangeBudget change, BudgetRefresh refresh, TimeProvider clock)
{
    /// <summary>Raises the limit to what was asked for. Refused where it is that high already: a grant never lowers.</summary>
    public async Task<Outcome<BudgetRequest>> GrantAsync(Actor actor, Guid organizationId, Guid budgetId, Guid id, string? comment = null, CancellationToken token = default)
    {
        var outcome = await DecideAsync(actor, organizationId, (budgetId, id), BudgetRequestStatus.Granted, comment, async (scope, request) =>
            (await change.WithinAsync(scope, budgetId, draft => Raise(draft, request), token)).Refusal, token);
        if (!outcome.IsRefused) await refresh.RereadAsync(budgetId, CancellationToken.None);
        return outcome;
    }

    public Task<Outcome<BudgetRequest>> DeclineAsync(Actor actor, Guid organizationId, Guid budgetId, Guid id, string comment, CancellationToken token = default) =>
        DecideAsync(actor, organizationId, (budgetId, id), BudgetRequestStatus.Declined, comment, (_, _) => Task.FromResult<Refusal?>(null), token);

    private Task<Outcome<BudgetRequest>> DecideAsync(Actor actor, Guid organizationId, (Guid Budget, Guid Id) which, BudgetRequestStatus status, string? comment,
        Func<ChangeScope, BudgetRequest, Task<Refusal?>> effect, CancellationToken token)
    {
        var intent = status == BudgetRequestStatus.Granted ? "budget.grant" : "budget.decline";
        return gate.RunAsync<BudgetRequest>(actor, organizationId, Permission.ManageBudgets, intent, async scope =>
        {
            var faults = new FieldFaults();
            if (comment is not null || status == BudgetRequestStatus.Declined) faults.RequireText(comment, "comment", BudgetRequestDraft.MaxReason);
            if (faults.Any) return faults.ToRefusal();
            // Of two who decide at once the second waits here and finds it decided.
            var request = await scope.Db.Set<BudgetRequest>()
                .FromSql($"SELECT * FROM budget_requests WHERE id = {which.Id} AND budget_id = {which.Budget} FOR UPDATE").FirstOrDefaultAsync(token);
            if (request is null) return Refusal.Missing("request");
            if (request.Status != BudgetRequestStatus.Open) return Refusal.Conflict("already_decided", $"{request.DecidedBy} has decided this request already.");
            if (await effect(scope, request) is { } refusal) return refusal;
            (request.Status, request.Comment, request.DecidedBy, request.DecidedAt) = (status, comment?.Trim(), actor.Name, clock.GetUtcNow());
            var name = await scope.Db.Set<Budget>().Where(b => b.Id == which.Budget).Select(b => b.Name).SingleAsync(token);
            scope.Audit(new AuditNote(intent, "budget", which.Budget, name, After: new { RequestId = which.Id, request.UserName, request.PeriodType, request.Amount, request.Comment }));
            await Notifications.SignalAsync(scope.Db, LedgerSignals.Topic(organizationId), token);
            return request;
        }, token);
    }

    private static Outcome<BudgetDraft> Raise(BudgetDraft draft, BudgetRequest request)
    {
        var raised = draft with
        {
            TotalQuota = draft.PeriodType == request.PeriodType ? Math.Max(draft.TotalQuota, request.Amount) : draft.TotalQuota,
            DailyLimit = request.PeriodType == Money.PeriodType.Daily && draft.DailyLimit < request.Amount ? request.Amount : draft.DailyLimit,
            HourlyLimit = request.PeriodType == Money.PeriodType.Hourly && draft.HourlyLimit < request.Amount ? request.Amount : draft.HourlyLimit,
        };
        return raised == draft ? Refusal.Conflict("already_raised", "The limit is that high already, or the budget has no such limit any more: decline the request.") : raised;
    }
}

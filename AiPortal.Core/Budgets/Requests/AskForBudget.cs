using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>Asks that a limit be raised; it is decided as an approval. One request of a person for a limit is open at a time.</summary>
public sealed class AskForBudget(ChangeGate gate, ApprovalDesk approvals, TimeProvider clock)
{
    public Task<Outcome<BudgetRequest>> RunAsync(Actor actor, Guid organizationId, Guid budgetId, BudgetRequestDraft draft, CancellationToken token = default) =>
        gate.RunAsync<BudgetRequest>(actor, organizationId, Permission.RequestBudget, "budget.request", async scope =>
        {
            // Locked, so that a person who asks twice at once has one request.
            var budget = await scope.Db.Set<Budget>().FromSql($"SELECT * FROM budgets WHERE id = {budgetId} FOR UPDATE").AsNoTracking().FirstOrDefaultAsync(token);
            if (budget is null) return Refusal.Missing("budget");
            var period = draft.PeriodType ?? budget.PeriodType;
            var line = BudgetLine.Of(budget).FirstOrDefault(line => line.PeriodType == period);
            if (Check(draft, line) is { } refusal) return refusal;
            if (await scope.Db.Set<BudgetRequest>().AnyAsync(
                r => r.BudgetId == budgetId && r.PeriodType == period && r.UserId == actor.Id && r.Status == BudgetRequestStatus.Open, token))
                return Refusal.Conflict("already_requested", "You have asked for more of this budget already; nobody has decided yet.");

            var request = new BudgetRequest
            {
                Id = Ids.New(clock),
                BudgetId = budgetId,
                PeriodType = period,
                Amount = draft.Amount,
                Unit = budget.Unit,
                Reason = draft.Reason.Trim(),
                UserId = actor.Id,
                UserName = actor.Name,
            };
            var matter = BudgetRequestAction.MatterOf(budget, request) with { Places = await OwnLimits.DecidersAsync(scope, budget.QuotaType, budget.ScopeId, token) };
            var trigger = new ApprovalTrigger(BudgetRaise.Kind, budget.Unit == CountedUnit.Usd ? draft.Amount - line!.Limit : null);
            var asked = await approvals.AskAsync(scope, matter, trigger, [Approver.ManagerOrFinance], request.Reason, token);
            if (asked.Refusal is { } nobody) return nobody;
            request.ApprovalId = asked.Value.Id;
            scope.Db.Add(request);
            scope.Audit(new AuditNote("budget.request", "budget", budget.Id, budget.Name, After: new { RequestId = request.Id, PeriodType = period, request.Amount, request.Reason }));
            await Notifications.SignalAsync(scope.Db, LedgerSignals.Topic(organizationId), token);
            return request;
        }, token);

    private static Refusal? Check(BudgetRequestDraft draft, BudgetLine? line)
    {
        var faults = new FieldFaults();
        faults.RequireText(draft.Reason, "reason", BudgetRequestDraft.MaxReason);
        if (line is null) faults.Add("period_type", "The budget has no such limit.");
        else if (draft.Amount <= line.Limit) faults.Add("amount", "Must be above the limit in force.");
        BudgetDraft.CheckAmount(faults, line?.Unit ?? CountedUnit.Usd, draft.Amount, "amount");
        return faults.Any ? faults.ToRefusal() : null;
    }
}

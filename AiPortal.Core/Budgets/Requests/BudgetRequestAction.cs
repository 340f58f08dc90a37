using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>A limit as a request speaks of it.</summary>
internal sealed record LimitNote(PeriodType PeriodType, decimal Limit, CountedUnit Unit);

/// <summary>Raises the limit once a request for it is approved, and keeps the request in step with its approval.</summary>
internal sealed class BudgetRequestAction(ChangeBudget change, TimeProvider clock) : IApprovedAction
{
    public string Name => "budget.request";

    public Permission Permission => Permission.RequestBudget;

    /// <summary>The limit alone: a budget may change in what the request does not speak of.</summary>
    public static ApprovalMatter MatterOf(Budget budget, BudgetRequest request)
    {
        var limit = BudgetLine.Of(budget).FirstOrDefault(line => line.PeriodType == request.PeriodType)?.Limit ?? 0;
        return new ApprovalMatter("budget.request", "budget", budget.Id, budget.Name,
            new LimitNote(request.PeriodType, Plain(limit), budget.Unit), new LimitNote(request.PeriodType, Plain(request.Amount), request.Unit), request.Id);
    }

    public async Task<Outcome<Guid>> RunAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token)
    {
        var id = ApprovalPayload.Read<Guid>(approval.Payload);
        var request = await scope.Db.Set<BudgetRequest>().SingleOrDefaultAsync(r => r.Id == id, token);
        var budget = await scope.Db.Set<Budget>().FromSql($"SELECT * FROM budgets WHERE id = {approval.SubjectId} FOR UPDATE").SingleOrDefaultAsync(token);
        if (request is null || budget is null) return Refusal.Missing("budget");
        scope.AskableAs(MatterOf(budget, request));
        var raised = await change.WithinAsync(scope, budget.Id, draft => Raise(draft, request), token);
        if (raised.Refusal is { } refusal) return refusal;
        await CloseAsync(scope, request, BudgetRequestStatus.Granted, comment, token);
        scope.Audit(new AuditNote("budget.grant", "budget", budget.Id, budget.Name, After: new { RequestId = id, request.UserName, request.PeriodType, request.Amount, request.Comment }));
        return budget.Id;
    }

    public async Task EndAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token)
    {
        var request = await scope.Db.Set<BudgetRequest>().SingleOrDefaultAsync(r => r.ApprovalId == approval.Id, token);
        if (request is null) return;
        await CloseAsync(scope, request, BudgetRequestStatus.Declined, comment, token);
        if (approval.Status == ApprovalStatus.Rejected)
            scope.Audit(new AuditNote("budget.decline", "budget", request.BudgetId, approval.SubjectName, After: new { RequestId = request.Id, request.UserName, request.PeriodType, request.Amount, request.Comment }));
    }

    public Task FinishAsync(Guid resultId) => change.FinishAsync(resultId);

    private async Task CloseAsync(ChangeScope scope, BudgetRequest request, BudgetRequestStatus status, string? comment, CancellationToken token)
    {
        var text = string.IsNullOrWhiteSpace(comment) ? null : comment.Trim();
        (request.Status, request.Comment) = (status, text?[..Math.Min(text.Length, BudgetRequestDraft.MaxReason)]);
        (request.DecidedBy, request.DecidedAt) = (scope.Decider.Name, clock.GetUtcNow());
        await Notifications.SignalAsync(scope.Db, LedgerSignals.Topic(scope.OrganizationId), token);
    }

    private static Outcome<BudgetDraft> Raise(BudgetDraft draft, BudgetRequest request)
    {
        var raised = draft with
        {
            TotalQuota = draft.PeriodType == request.PeriodType ? Math.Max(draft.TotalQuota, request.Amount) : draft.TotalQuota,
            DailyLimit = request.PeriodType == PeriodType.Daily && draft.DailyLimit < request.Amount ? request.Amount : draft.DailyLimit,
            HourlyLimit = request.PeriodType == PeriodType.Hourly && draft.HourlyLimit < request.Amount ? request.Amount : draft.HourlyLimit,
        };
        return raised == draft ? Refusal.Conflict("already_raised", "The limit is that high already, or the budget has no such limit any more.") : raised;
    }

    /// <summary>Without trailing zeros: an amount is written alike before and after the database has held it.</summary>
    private static decimal Plain(decimal amount) => amount / 1.0000000000000000000000000000m;
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals;

/// <summary>Says something about a request, while it waits or afterwards.</summary>
public sealed class CommentOnApproval(ChangeGate gate, ApprovalList approvals, TimeProvider clock)
{
    public async Task<Outcome<ApprovalEvent>> RunAsync(Actor actor, Guid organizationId, Guid id, string comment, CancellationToken token = default)
    {
        if (await approvals.FindAsync(actor, organizationId, id, token) is null) return Refusal.Missing("approval");
        return await gate.RunAsync<ApprovalEvent>(actor, organizationId, Permission.UseApprovals, "approval.comment", async scope =>
        {
            var faults = new FieldFaults();
            Check(faults, comment);
            if (faults.Any) return faults.ToRefusal();
            var approval = await scope.Db.Set<Approval>().AsNoTracking().SingleAsync(a => a.Id == id, token);
            var row = ApprovalHistory.Event(approval, ApprovalEventKind.Commented, actor, clock, comment);
            scope.Db.Add(row);
            scope.Audit(new AuditNote("approval.comment", "approval", id, approval.SubjectName, After: new { Comment = row.Comment }));
            await Notifications.SignalAsync(scope.Db, Approval.Topic(organizationId), token);
            return row;
        }, token);
    }

    internal static void Check(FieldFaults faults, string? comment)
    {
        if (string.IsNullOrWhiteSpace(comment)) faults.Add("comment", "Must not be empty.");
        else if (comment.Length > Approval.MaxText) faults.Add("comment", $"Must be at most {Approval.MaxText} characters.");
        else if (comment.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))) faults.Add("comment", "Must not contain control characters.");
    }
}

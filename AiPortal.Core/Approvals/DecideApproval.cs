using System.Security.Cryptography;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AiPortal.Core.Approvals;

/// <summary>Agrees to a request or rejects it. The last yes does what was asked for, in the same transaction, or finds it void.</summary>
public sealed class DecideApproval(ChangeGate gate, ActorSource actors, IEnumerable<IApprovedAction> actions, ApprovalSecrets secrets, TimeProvider clock)
{
    private const string Changed = "subject_changed";

    public async Task<Outcome<Approval>> ApproveAsync(Actor actor, Guid organizationId, Guid id, string? comment = null, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync<Approval>(actor, organizationId, Permission.UseApprovals, "approval.approve", async scope =>
        {
            var opened = await OpenAsync(scope, id, comment, mustComment: false, token);
            if (opened.Refusal is { } refusal) return refusal;
            var (approval, authority) = opened.Value;
            approval.StepsDone++;
            scope.Db.Add(ApprovalHistory.Event(approval, ApprovalEventKind.Approved, actor, clock, comment, approval.StepsDone, authority));
            Note(scope, "approval.approve", approval, comment, authority);
            if (approval.StepsDone == approval.Steps.Count) await ApplyAsync(scope, approval, comment, token);
            await Notifications.SignalAsync(scope.Db, Approval.Topic(organizationId), token);
            return approval;
        }, token);
        if (outcome.IsRefused) return outcome;
        if (outcome.Value is { Status: ApprovalStatus.Approved, ResultId: { } result } done) await ActionOf(done).FinishAsync(result);
        return outcome;
    }

    public Task<Outcome<Approval>> RejectAsync(Actor actor, Guid organizationId, Guid id, string comment, CancellationToken token = default) =>
        gate.RunAsync<Approval>(actor, organizationId, Permission.UseApprovals, "approval.reject", async scope =>
        {
            var opened = await OpenAsync(scope, id, comment, mustComment: true, token);
            if (opened.Refusal is { } refusal) return refusal;
            var (approval, authority) = opened.Value;
            await EndAsync(scope, approval, ApprovalStatus.Rejected, comment, token);
            scope.Db.Add(ApprovalHistory.Event(approval, ApprovalEventKind.Rejected, actor, clock, comment, approval.StepsDone + 1, authority));
            Note(scope, "approval.reject", approval, comment, authority);
            return approval;
        }, token);

    /// <summary>Only whoever asked can take a request back.</summary>
    public Task<Outcome<Approval>> WithdrawAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Approval>(actor, organizationId, Permission.UseApprovals, "approval.withdraw", async scope =>
        {
            var found = await LockAsync(scope, id, token);
            if (found.Refusal is { } refusal) return refusal;
            var approval = found.Value;
            if (approval.RequestedBy != actor.Id && approval.RequesterId != actor.Id) return Refusal.Denied("Only who asked can take a request back.");
            await EndAsync(scope, approval, ApprovalStatus.Withdrawn, null, token);
            scope.Db.Add(ApprovalHistory.Event(approval, ApprovalEventKind.Withdrawn, actor, clock, null));
            Note(scope, "approval.withdraw", approval, null, null);
            return approval;
        }, token);

    /// <summary>The request, locked: of two who decide at once the second waits here and finds it decided.</summary>
    private async Task<Outcome<Approval>> LockAsync(ChangeScope scope, Guid id, CancellationToken token)
    {
        var approval = await scope.Db.Set<Approval>().FromSql($"SELECT * FROM approvals WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(token);
        if (approval is null) return Refusal.Missing("approval");
        var status = approval.StatusAt(clock.GetUtcNow());
        return status == ApprovalStatus.Pending ? approval : Refusal.Conflict("already_decided", $"This request is {EnumWord.Of(status)} already.");
    }

    private async Task<Outcome<(Approval, Authority)>> OpenAsync(ChangeScope scope, Guid id, string? comment, bool mustComment, CancellationToken token)
    {
        var faults = new FieldFaults();
        if (mustComment || !string.IsNullOrWhiteSpace(comment)) CommentOnApproval.Check(faults, comment);
        if (faults.Any) return faults.ToRefusal();
        var found = await LockAsync(scope, id, token);
        if (found.Refusal is { } refusal) return refusal;
        var approval = found.Value;
        // A token must not agree for the person who made it, nor for one who stole it.
        if (scope.Actor.IsService) return Refusal.Denied("A service token decides nothing: people do.");
        if (approval.RequesterId == scope.Actor.Id) return Refusal.Denied("You asked for this: somebody else has to decide it.");
        var events = await scope.Db.Set<ApprovalEvent>().AsNoTracking().Where(e => e.ApprovalId == id).ToListAsync(token);
        var standing = await Standing.ReadAsync(scope.Db, scope.Actor.Id, clock.GetUtcNow(), locked: true, token);
        return standing.For(approval, events) is { } authority
            ? (approval, authority)
            : Refusal.Denied($"The next step needs {EnumWord.Of(approval.Next!.Value).Replace('_', ' ')}, and someone who took none before.");
    }

    /// <summary>Does it, or makes the request void where it is not what was asked for any more.</summary>
    private async Task ApplyAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token)
    {
        const string Savepoint = "approved";
        var (db, transaction) = (scope.Db, scope.Db.Database.CurrentTransaction!);
        approval.DecidedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(token);
        await transaction.CreateSavepointAsync(Savepoint, token);
        var mark = scope.Mark();
        var outcome = await DoAsync(scope, approval, comment, token);
        if (outcome.Refusal is not { } refusal)
        {
            (approval.Status, approval.ResultId, approval.SecretCipher) = (ApprovalStatus.Approved, outcome.Value, null);
            await db.SaveChangesAsync(token);
            return;
        }

        await transaction.RollbackToSavepointAsync(Savepoint, token);
        db.ChangeTracker.Clear();
        scope.ReturnTo(mark);
        db.Attach(approval);
        (approval.VoidCode, approval.VoidReason) = (refusal.Code, refusal.Message.Length > 1000 ? refusal.Message[..1000] : refusal.Message);
        await EndAsync(scope, approval, ApprovalStatus.Void, refusal.Message, token);
        db.Add(ApprovalHistory.Event(approval, ApprovalEventKind.Voided, scope.Actor, clock, refusal.Message.Length > Approval.MaxText ? refusal.Message[..Approval.MaxText] : refusal.Message));
        scope.Audit(new AuditNote("approval.void", "approval", approval.Id, approval.SubjectName, After: new { approval.Kind, approval.VoidCode, approval.VoidReason }));
    }

    private async Task<Outcome<Guid>> DoAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token)
    {
        var action = ActionOf(approval);
        var requester = await actors.ForLaterAsync(approval.RequestedBy, approval.IsByService, scope.OrganizationId, token);
        if (requester is null || !requester.May(action.Permission, scope.OrganizationId))
            return Refusal.Conflict("requester_may_not", $"{approval.RequestedByName} may not do this any more.");
        string? secret;
        try
        {
            secret = secrets.Open(approval);
        }
        catch (CryptographicException)
        {
            return Refusal.Conflict("secret_lost", "The secret that was asked for with it does not open any more: ask again.");
        }

        var approved = new ApprovedBy(approval.Id, approval.RequestedByName, matter => IsAsAsked(approval, matter)) { Secret = secret };
        // With what the requester sees now, neither more nor less.
        var sight = requester.PlacesFor(action.Permission, scope.OrganizationId);
        var outcome = await scope.SeeAsync(sight, () => action.RunAsync(scope.ForApproved(requester, approved), approval, comment, token), token);
        return outcome.IsRefused || approved.IsAsAsked ? outcome
            : Refusal.Conflict(Changed, $"{approval.SubjectName} has changed since this was asked for: ask again.");
    }

    private static bool IsAsAsked(Approval approval, ApprovalMatter matter) =>
        matter.Action == approval.Action && matter.SubjectId == approval.SubjectId
        && AuditTrail.Text(matter.Before) == approval.Before && AuditTrail.Text(matter.After) == approval.After;

    private async Task EndAsync(ChangeScope scope, Approval approval, ApprovalStatus status, string? comment, CancellationToken token)
    {
        (approval.Status, approval.DecidedAt, approval.SecretCipher) = (status, clock.GetUtcNow(), null);
        if (actions.FirstOrDefault(action => action.Name == approval.Action) is { } action) await action.EndAsync(scope, approval, comment, token);
        await Notifications.SignalAsync(scope.Db, Approval.Topic(scope.OrganizationId), token);
    }

    private IApprovedAction ActionOf(Approval approval) => actions.First(action => action.Name == approval.Action);

    private static void Note(ChangeScope scope, string action, Approval approval, string? comment, Authority? authority) =>
        scope.Audit(new AuditNote(action, "approval", approval.Id, approval.SubjectName, After: new
        {
            approval.Kind,
            Change = approval.Action,
            approval.SubjectType,
            approval.SubjectId,
            RequestedBy = approval.RequestedByName,
            Step = approval.StepsDone,
            Of = approval.Steps.Count,
            OnBehalfOf = authority?.OnBehalfOfName,
            Comment = comment,
        }));
}

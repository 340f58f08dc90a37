using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Core.Keys.Requests;

/// <summary>
/// Asks for a key of one's own, also by who may make none. Somebody always has to agree: whoever the policies for new keys name, else a
/// manager. Its secret waits for who asked (<see cref="CollectOwnKey"/>).
/// </summary>
public sealed class AskForKey(ChangeGate gate, ApprovalDesk approvals, TimeProvider clock)
{
    /// <summary>Names the kind of change to Approvals.</summary>
    internal const string Action = "key.request";

    /// <param name="actor">A person.</param>
    /// <param name="organizationId">Where.</param>
    /// <param name="draft">The key; who asks will answer for it.</param>
    /// <param name="purpose">For whoever decides.</param>
    /// <param name="token">Ends it.</param>
    public Task<Outcome<Approval>> RunAsync(Actor actor, Guid organizationId, KeyDraft draft, string purpose, CancellationToken token = default) =>
        gate.RunAsync<Approval>(actor, organizationId, Permission.RequestKey, Action, async scope =>
        {
            if (actor.IsService) return Refusal.Denied("A key of one's own is asked for by a person.");
            var own = draft with { OwnerUserId = actor.Id };
            var faults = new FieldFaults();
            own.Check(faults, null, clock.GetUtcNow());
            faults.RequireText(purpose, "purpose", Approval.MaxText);
            faults.Require(own.Budget is null or { Limit: > 0 }, "budget.limit", "Must be above zero.");
            if (faults.Any) return faults.ToRefusal();
            if (await KeyReferences.RefusalOfAsync(scope.Db, own, null, token) is { } missing) return missing;
            var trigger = new ApprovalTrigger(KeyApprovals.Create, own.Budget?.Limit, own.EnvironmentId);
            var matter = MatterOf(own) with { Places = await KeyApprovals.PlacesOfAsync(scope, own.ProjectId, own.TeamId, actor.Id, token) };
            var asked = await approvals.AskAsync(scope, matter, trigger, [Approver.Manager], purpose.Trim(), token);
            if (asked.Refusal is { } nobody) return nobody;
            scope.Audit(new AuditNote(Action, "key", null, own.Name, After: new { ApprovalId = asked.Value.Id, own.EnvironmentId, own.Models, own.Budget, own.ExpiresAt }));
            return asked;
        }, token);

    internal static ApprovalMatter MatterOf(KeyDraft draft) => new(Action, "key", null, draft.Name, null, draft, draft);
}

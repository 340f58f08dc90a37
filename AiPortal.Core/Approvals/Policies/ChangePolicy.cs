using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals.Policies;

/// <summary>Makes, changes and removes policies. That can need approval itself, so that nobody waves a rule away to break it.</summary>
public sealed class ChangePolicy(ChangeGate gate, IEnumerable<ApprovalKind> kinds, TimeProvider clock)
{
    internal const string Kind = "policy.change";

    public Task<Outcome<ApprovalPolicy>> CreateAsync(Actor actor, Guid organizationId, ApprovalPolicyDraft draft, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageApprovals, "policy.create", scope => CreateWithinAsync(scope, draft, token), token);

    /// <param name="overlay">Gives the draft as it shall be from the draft as it is.</param>
    public Task<Outcome<ApprovalPolicy>> ChangeAsync(Actor actor, Guid organizationId, Guid id, Func<ApprovalPolicyDraft, Outcome<ApprovalPolicyDraft>> overlay, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageApprovals, "policy.change", scope => ChangeWithinAsync(scope, id, overlay, token), token);

    public Task<Outcome<Guid>> RemoveAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageApprovals, "policy.remove", scope => RemoveWithinAsync(scope, id, token), token);

    internal async Task<Outcome<ApprovalPolicy>> CreateWithinAsync(ChangeScope scope, ApprovalPolicyDraft draft, CancellationToken token)
    {
        if (await FaultsAsync(scope.Db, draft, null, token) is { } refusal) return refusal;
        var policy = new ApprovalPolicy { Id = Ids.New(clock), Kind = draft.Kind, Steps = draft.Steps };
        draft.WriteTo(policy);
        scope.Db.Add(policy);
        scope.MayNeedApproval(new ApprovalTrigger(Kind));
        scope.AskableAs(new ApprovalMatter("policy.create", "policy", null, draft.Kind, null, draft, draft));
        scope.Audit(new AuditNote("policy.create", "policy", policy.Id, policy.Kind, After: draft));
        return policy;
    }

    internal async Task<Outcome<ApprovalPolicy>> ChangeWithinAsync(ChangeScope scope, Guid id, Func<ApprovalPolicyDraft, Outcome<ApprovalPolicyDraft>> overlay, CancellationToken token)
    {
        var policy = await scope.Db.Set<ApprovalPolicy>().SingleOrDefaultAsync(p => p.Id == id, token);
        if (policy is null) return Refusal.Missing("policy");
        var before = ApprovalPolicyDraft.Of(policy);
        var overlaid = overlay(before);
        if (overlaid.Refusal is { } unread) return unread;
        var draft = overlaid.Value;
        if (await FaultsAsync(scope.Db, draft, id, token) is { } refusal) return refusal;
        draft.WriteTo(policy);
        scope.MayNeedApproval(new ApprovalTrigger(Kind));
        scope.AskableAs(new ApprovalMatter("policy.change", "policy", id, policy.Kind, before, draft, draft));
        scope.Audit(new AuditNote("policy.change", "policy", id, policy.Kind, before, draft));
        return policy;
    }

    internal static async Task<Outcome<Guid>> RemoveWithinAsync(ChangeScope scope, Guid id, CancellationToken token)
    {
        var policy = await scope.Db.Set<ApprovalPolicy>().SingleOrDefaultAsync(p => p.Id == id, token);
        if (policy is null) return Refusal.Missing("policy");
        var before = ApprovalPolicyDraft.Of(policy);
        scope.Db.Remove(policy);
        scope.MayNeedApproval(new ApprovalTrigger(Kind));
        scope.AskableAs(new ApprovalMatter("policy.remove", "policy", id, policy.Kind, before, null, id));
        scope.Audit(new AuditNote("policy.remove", "policy", id, policy.Kind, Before: before));
        return id;
    }

    private async Task<Refusal?> FaultsAsync(PortalDb db, ApprovalPolicyDraft draft, Guid? self, CancellationToken token)
    {
        var faults = new FieldFaults();
        draft.Check(faults, [.. kinds]);
        if (faults.Any) return faults.ToRefusal();
        if (draft.EnvironmentId is { } environment && !await db.Set<DeploymentEnvironment>().AnyAsync(e => e.Id == environment && e.DeletedAt == null, token))
            return new Refusal(RefusalKind.NotFound, "not_found", "This environment does not exist.", new Dictionary<string, string[]> { ["environment_id"] = ["This environment does not exist."] });
        return await db.Set<ApprovalPolicy>().AnyAsync(p => p.Id != self && p.Kind == draft.Kind && p.EnvironmentId == draft.EnvironmentId && p.AboveAmount == draft.AboveAmount, token)
            ? Refusal.Conflict("already_exists", "There is a policy for this already: change that one.")
            : null;
    }
}

using AiPortal.Core.Access;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals;

/// <summary>Where changes become requests.</summary>
public sealed class ApprovalDesk(ApprovalSecrets secrets, TimeProvider clock) : IApprovalDesk
{
    public async Task<IApprovalDemand?> DemandAsync(ChangeScope scope, CancellationToken token)
    {
        // The portal itself asks nobody: its changes come from the command line and the first start.
        if (scope.Triggers.Count == 0 || scope.Actor.Id == Guid.Empty) return null;
        var kinds = scope.Triggers.Select(trigger => trigger.Kind).Distinct().ToArray();
        var policies = await scope.Db.Set<ApprovalPolicy>().AsNoTracking().Where(p => p.Enabled && kinds.Contains(p.Kind)).ToListAsync(token);
        return PolicyMatch.Of(scope.Triggers, policies) is { } match ? new Demand(this, scope.Matter, match) : null;
    }

    /// <summary>Writes a request within a change: what features use whose changes always need somebody's yes.</summary>
    /// <param name="scope">The change that asks.</param>
    /// <param name="matter">What is asked for.</param>
    /// <param name="trigger">Finds the policy.</param>
    /// <param name="otherwise">Who decides where no policy covers it.</param>
    /// <param name="reason">For whoever decides.</param>
    /// <param name="token">Cancels before anything is written.</param>
    public async Task<Outcome<Approval>> AskAsync(ChangeScope scope, ApprovalMatter matter, ApprovalTrigger trigger, IReadOnlyList<Approver> otherwise, string? reason, CancellationToken token)
    {
        var policies = await scope.Db.Set<ApprovalPolicy>().AsNoTracking().Where(p => p.Enabled && p.Kind == trigger.Kind).ToListAsync(token);
        return await WriteAsync(scope, matter, PolicyMatch.Of([trigger], policies) ?? new PolicyMatch(trigger, otherwise, ApprovalPolicyDraft.StandardHours), reason, token);
    }

    private async Task<Outcome<Approval>> WriteAsync(ChangeScope scope, ApprovalMatter matter, PolicyMatch match, string? reason, CancellationToken token)
    {
        var (db, actor, now) = (scope.Db, scope.Actor, clock.GetUtcNow());
        var after = AuditTrail.Text(matter.After);
        // A second click finds the request of the first.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"approvals:" + scope.OrganizationId}, 0))", token);
        var alike = await db.Set<Approval>().Where(a => a.Status == ApprovalStatus.Pending && a.ExpiresAt > now && a.RequestedBy == actor.Id
            && a.Action == matter.Action && a.SubjectId == matter.SubjectId && a.SubjectName == matter.SubjectName && a.After == after).ToListAsync(token);
        if (alike.Find(asked => secrets.IsOf(asked, matter.Secret)) is { } same) return same;

        var requester = await Requesters.PersonOfAsync(db, actor, token);
        if (!await scope.WideAsync(() => CanBeDecidedAsync(db, match.Steps, requester, matter.Places, token), token))
            return Refusal.Conflict("no_approver", $"This needs the approval of {string.Join(" and of ", match.Steps.Select(step => EnumWord.Of(step).Replace('_', ' ')))}, and nobody but you could give it.");
        var approval = new Approval
        {
            Id = Ids.New(clock),
            OrganizationId = scope.OrganizationId,
            Kind = match.Trigger.Kind,
            Action = matter.Action,
            SubjectType = matter.SubjectType,
            SubjectId = matter.SubjectId,
            SubjectName = matter.SubjectName,
            Before = AuditTrail.Text(matter.Before),
            After = after,
            Payload = ApprovalPayload.Write(matter.Payload),
            Amount = match.Trigger.Amount,
            EnvironmentId = match.Trigger.EnvironmentId,
            Places = [.. matter.Places],
            RequestedBy = actor.Id,
            RequestedByName = actor.Name,
            IsByService = actor.IsService,
            RequesterId = requester,
            Reason = reason,
            Steps = match.Steps,
            ExpiresAt = now.AddHours(match.ExpiresAfterHours),
            CreatedAt = now,
            UpdatedAt = now,
        };
        approval.SecretCipher = secrets.Seal(approval, matter.Secret);
        db.Add(approval);
        db.Add(ApprovalHistory.Event(approval, ApprovalEventKind.Requested, actor, clock, reason));
        scope.Audit(new AuditNote("approval.request", "approval", approval.Id, matter.SubjectName, matter.Before,
            new { approval.Kind, approval.Action, approval.SubjectType, approval.SubjectId, approval.Amount, approval.Steps, approval.ExpiresAt, Asked = matter.After }));
        await Notifications.SignalAsync(db, Approval.Topic(scope.OrganizationId), token);
        return approval;
    }

    /// <summary>Whether there are people for all steps, a different one for each, none of them the requester.</summary>
    private static async Task<bool> CanBeDecidedAsync(PortalDb db, IReadOnlyList<Approver> steps, Guid requester, IReadOnlyCollection<Guid> places, CancellationToken token)
    {
        var roles = await db.Set<Membership>().Where(m => m.UserId != requester && (m.ScopeId == null || places.Contains(m.ScopeId.Value))).GroupBy(m => m.Role).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(token);
        // Few roles and few steps: any set of steps needs as many people as it has steps (Hall).
        return Enumerable.Range(1, (1 << steps.Count) - 1).All(set =>
        {
            var chosen = steps.Where((_, index) => (set & (1 << index)) != 0).ToList();
            return roles.Where(role => chosen.Any(step => step.Includes(role.Key))).Sum(role => role.Count) >= chosen.Count;
        });
    }

    private sealed class Demand(ApprovalDesk desk, ApprovalMatter? matter, PolicyMatch match) : IApprovalDemand
    {
        public async Task<Refusal> AskAsync(ChangeScope scope, CancellationToken token)
        {
            if (matter is null) return Refusal.Conflict("needs_approval", $"A policy for {match.Trigger.Kind} asks for approval, which this cannot be given as a part of something else: ask for it by itself.");
            var asked = await desk.WriteAsync(scope, matter, match, null, token);
            return asked.Refusal ?? Refusal.Waiting(
                ApprovalAnswer.Of(asked.Value, [], asked.Value.CreatedAt), "This needs approval. It has been asked for; nothing has changed yet.");
        }
    }
}

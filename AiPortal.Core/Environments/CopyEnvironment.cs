using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Environments;

/// <summary>
/// Copies the configuration of one environment to another, whole or not at all. A preview does everything and takes it back; what is
/// done in earnest is what the preview of the same version showed.
/// </summary>
public sealed class CopyEnvironment(ChangeGate gate, IApprovalDesk approvals, CopyPlanner planner, BudgetRefresh refresh, PortalDatabase database)
{
    /// <summary>What a policy may be about.</summary>
    public const string ApprovalKind = "environment.copy";

    private const string TakenBack = "copy_taken_back";

    /// <summary>What would be done now.</summary>
    public async Task<Outcome<CopyPlan>> PreviewAsync(Actor actor, Guid organizationId, CopyDraft draft, CancellationToken token = default)
    {
        CopyPlan? seen = null;
        var outcome = await gate.RunAsync<CopyPlan>(actor, organizationId, Permission.ManageOrganization, "environment.copy", async scope =>
        {
            var tried = await TryAsync(scope, draft, null, token);
            if (tried.Refusal is { } refusal) return refusal;
            await scope.Db.SaveChangesAsync(token);
            seen = tried.Value with { NeedsApproval = tried.Value.Items.Any(item => item.Action != CopyAction.Skip) && await approvals.DemandAsync(scope, token) is not null };
            return Refusal.Conflict(TakenBack, "Nothing was kept.");
        }, token);
        return outcome.Refusal is { Code: TakenBack } ? seen! : outcome;
    }

    /// <summary>Does what the preview of the draft's version showed; a conflict where that is not what would be done any more.</summary>
    public async Task<Outcome<CopyPlan>> RunAsync(Actor actor, Guid organizationId, CopyDraft draft, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync(actor, organizationId, Permission.ManageOrganization, "environment.copy", scope => WithinAsync(scope, draft, token), token);
        if (!outcome.IsRefused) await FinishAsync(draft.ToId);
        return outcome;
    }

    /// <summary>The same once it is approved.</summary>
    internal Task<Outcome<CopyPlan>> WithinAsync(ChangeScope scope, CopyDraft draft, CancellationToken token) => TryAsync(scope, draft, draft.Version ?? "", token);

    /// <summary>What is left to do once it stands.</summary>
    internal async Task FinishAsync(Guid environmentId)
    {
        await using var db = database.OpenSystem();
        foreach (var id in await db.Set<Budget>().AsNoTracking().Where(b => b.QuotaType == QuotaType.Environment && b.ScopeId == environmentId).Select(b => b.Id).ToListAsync())
            await refresh.RereadAsync(id, CancellationToken.None);
    }

    /// <param name="scope">The change.</param>
    /// <param name="draft">From where to where.</param>
    /// <param name="version">That it must have; null: any.</param>
    /// <param name="token">Cancels it.</param>
    private async Task<Outcome<CopyPlan>> TryAsync(ChangeScope scope, CopyDraft draft, string? version, CancellationToken token)
    {
        if (draft.FromId == draft.ToId) return Refusal.Field("to_environment_id", "Must be another environment.");
        // Locked: of two copies at once the second finds what the first did, and neither environment goes away meanwhile.
        var both = await scope.Db.Set<DeploymentEnvironment>()
            .FromSql($"SELECT * FROM environments WHERE id IN ({draft.FromId}, {draft.ToId}) AND deleted_at IS NULL ORDER BY id FOR UPDATE").AsNoTracking().ToListAsync(token);
        if (both.Find(one => one.Id == draft.FromId) is not { } from) return Missing("from_environment_id");
        if (both.Find(one => one.Id == draft.ToId) is not { } to) return Missing("to_environment_id");
        var (plan, steps) = await planner.PlanAsync(scope.Db, from, to, token);
        if (version is not null && version != plan.Version)
            return Refusal.Conflict("changed_meanwhile", "This is not what the preview showed any more: look at it anew.");
        if (version is not null && plan.Count(CopyAction.Skip) == plan.Items.Count) return Refusal.Conflict("nothing_to_copy", $"{to.Name} has everything that {from.Name} has.");
        scope.MayNeedApproval(new ApprovalTrigger(ApprovalKind, EnvironmentId: to.Id));
        scope.AskableAs(new ApprovalMatter("environment.copy", "environment", to.Id, to.Name, null, Note(plan), draft));
        foreach (var step in steps)
            if (step.Apply is { } apply && await apply(scope, token) is { } refusal) return refusal;
        scope.Audit(new AuditNote("environment.copy", "environment", to.Id, to.Name, After: Note(plan)));
        scope.RefreshGateway();
        return plan;
    }

    private static object Note(CopyPlan plan) => new
    {
        plan.From,
        plan.To,
        plan.Version,
        Create = Names(plan, CopyAction.Create),
        Change = Names(plan, CopyAction.Change),
    };

    private static string[] Names(CopyPlan plan, CopyAction action) =>
        [.. plan.Items.Where(item => item.Action == action).Select(item => $"{EnumWord.Of(item.Kind)}: {item.Name}")];

    private static Refusal Missing(string field)
    {
        const string Message = "This environment does not exist.";
        return new Refusal(RefusalKind.NotFound, "not_found", $"{field}: {Message}", new Dictionary<string, string[]> { [field] = [Message] });
    }
}

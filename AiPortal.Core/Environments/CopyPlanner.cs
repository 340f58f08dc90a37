using AiPortal.Core.Access;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Environments;

/// <summary>One thing of a copy and how it is done; nothing to do where it is skipped.</summary>
internal sealed record CopyStep(CopyItem Item, Func<ChangeScope, CancellationToken, Task<Refusal?>>? Apply = null);

/// <summary>
/// Finds what a copy would do: an environment's accounts (without their secrets), the routes that lead to them, its budgets and its
/// approval policies. What it reads of them is locked, so that what is found is what is changed. Keys are no configuration.
/// </summary>
public sealed class CopyPlanner(BudgetChanges budgets, TimeProvider clock)
{
    internal async Task<(CopyPlan Plan, IReadOnlyList<CopyStep> Steps)> PlanAsync(PortalDb db, DeploymentEnvironment from, DeploymentEnvironment to, CancellationToken token)
    {
        var accounts = new CopiedAccounts(clock, from, to, await db.Set<ProviderAccount>().FromSql($"SELECT * FROM providers WHERE deleted_at IS NULL FOR UPDATE").OrderBy(p => p.Name).ToListAsync(token));
        List<CopyStep> steps =
        [
            .. accounts.Steps(),
            .. Routes(accounts, await db.Set<ModelRoute>().FromSql($"SELECT * FROM routes FOR UPDATE").OrderBy(r => r.Name).ToListAsync(token)),
            .. Budgets(accounts, from, to, await db.Set<Budget>()
                .FromSql($"SELECT * FROM budgets WHERE quota_type = 'environment' AND scope_id IN ({from.Id}, {to.Id}) FOR UPDATE").OrderBy(b => b.Name).ThenBy(b => b.Id).ToListAsync(token)),
            .. Policies(from, to, await db.Set<ApprovalPolicy>()
                .FromSql($"SELECT * FROM approval_policies WHERE environment_id IN ({from.Id}, {to.Id}) FOR UPDATE").OrderBy(p => p.Kind).ThenBy(p => p.AboveAmount).ToListAsync(token)),
        ];
        var keys = await db.Set<ApiKey>().CountAsync(k => k.EnvironmentId == from.Id && k.DeletedAt == null && k.Status != KeyStatus.Revoked, token);
        return (new CopyPlan(from.Name, to.Name, [.. steps.Select(step => step.Item)], keys), steps);
    }

    /// <summary>Where a route leads to an account of the first, it shall lead to the second's like it.</summary>
    private static IEnumerable<CopyStep> Routes(CopiedAccounts accounts, List<ModelRoute> routes)
    {
        foreach (var route in routes)
        {
            var known = route.Targets.Select(target => (target.ProviderId, target.Model)).ToHashSet();
            var relevant = route.Targets.Where(target => accounts.CopyOf(target.ProviderId) is not null).ToList();
            if (relevant.Count == 0) continue;
            var added = relevant.Select(target => target with { ProviderId = accounts.CopyOf(target.ProviderId)!.Id }).Where(target => !known.Contains((target.ProviderId, target.Model))).ToList();
            var before = RouteNote.Of(route.Targets, accounts.NameOf);
            if (added.Count == 0)
            {
                yield return new CopyStep(new CopyItem(CopyKind.Route, route.Name, CopyAction.Skip, CopyReason.Same, before, null));
                continue;
            }

            if (route.Targets.Count + added.Count > RouteDraft.MostTargets)
            {
                yield return new CopyStep(new CopyItem(CopyKind.Route, route.Name, CopyAction.Skip, CopyReason.Full, before, null));
                continue;
            }

            var after = RouteNote.Of(route.Targets.Concat(added), accounts.NameOf);
            yield return new CopyStep(new CopyItem(CopyKind.Route, route.Name, CopyAction.Change, null, before, after), (scope, _) =>
            {
                var was = RouteDraft.Of(route) with { Targets = [.. route.Targets] };
                route.Targets = [.. route.Targets, .. added];
                scope.Audit(new AuditNote("route.update", "route", route.Id, route.Name, was, RouteDraft.Of(route)));
                return Task.FromResult<Refusal?>(null);
            });
        }
    }

    private IEnumerable<CopyStep> Budgets(CopiedAccounts accounts, DeploymentEnvironment from, DeploymentEnvironment to, List<Budget> rows)
    {
        var there = rows.Where(budget => budget.ScopeId == to.Id).ToList();
        foreach (var source in rows.Where(budget => budget.ScopeId == from.Id))
        {
            var name = CopyNames.Of(source.Name, from.Name, to.Name);
            var now = there.Find(budget => budget.Name == name);
            if (now is not null) there.Remove(now);
            var before = now is null ? null : BudgetNote.Of(BudgetDraft.Of(now), NameOf(now.ProviderId));
            var provider = source.ProviderId is { } counted && accounts.IsSource(counted) ? accounts.CopyOf(counted)?.Id : source.ProviderId;
            if (source.ProviderId is not null && provider is null)
            {
                yield return Skipped(CopyReason.NeedsProvider);
                continue;
            }

            // What it is allocated from is the target's own matter: a share of the same amount twice would overdraw it.
            var draft = BudgetDraft.Of(source) with { Name = name, ScopeId = to.Id, ProviderId = provider, ParentId = now?.ParentId };
            var after = BudgetNote.Of(draft, NameOf(provider));
            if (now is not null && (now.Unit != draft.Unit || before == after))
            {
                yield return Skipped(before == after ? CopyReason.Same : CopyReason.OtherUnit);
                continue;
            }

            yield return new CopyStep(new CopyItem(CopyKind.Budget, name, now is null ? CopyAction.Create : CopyAction.Change, null, before, after), async (scope, token) =>
            {
                // An account that it counts may be one that was just made.
                await scope.Db.SaveChangesAsync(token);
                var was = now is null ? null : BudgetDraft.Of(now);
                var row = now ?? new Budget { Id = Ids.New(clock), OrganizationId = scope.OrganizationId, Name = name };
                if (await budgets.WriteAsync(scope, row, draft, isNew: now is null, clock.GetUtcNow(), token) is { } refusal) return refusal;
                scope.Audit(new AuditNote(now is null ? "budget.create" : "budget.change", "budget", row.Id, row.Name, was, draft));
                return null;
            });

            CopyStep Skipped(CopyReason reason) => new(new CopyItem(CopyKind.Budget, name, CopyAction.Skip, reason, before, null));
        }

        string? NameOf(Guid? id) => id is { } some ? accounts.NameOf(some) : null;
    }

    /// <summary>A rule that the target has of its own stays: a copy must not loosen it.</summary>
    private IEnumerable<CopyStep> Policies(DeploymentEnvironment from, DeploymentEnvironment to, List<ApprovalPolicy> rows)
    {
        foreach (var source in rows.Where(policy => policy.EnvironmentId == from.Id))
        {
            var after = PolicyNote.Of(source);
            if (rows.Find(policy => policy.EnvironmentId == to.Id && policy.Kind == source.Kind && policy.AboveAmount == source.AboveAmount) is { } own)
            {
                var before = PolicyNote.Of(own);
                var reason = AuditTrail.Text(before) == AuditTrail.Text(after) ? CopyReason.Same : CopyReason.HasOwn;
                yield return new CopyStep(new CopyItem(CopyKind.Policy, source.Kind, CopyAction.Skip, reason, before, null));
                continue;
            }

            yield return new CopyStep(new CopyItem(CopyKind.Policy, source.Kind, CopyAction.Create, null, null, after), (scope, _) =>
            {
                var draft = ApprovalPolicyDraft.Of(source) with { EnvironmentId = to.Id };
                var row = new ApprovalPolicy { Id = Ids.New(clock), Kind = draft.Kind, Steps = draft.Steps };
                draft.WriteTo(row);
                scope.Db.Add(row);
                scope.MayNeedApproval(new ApprovalTrigger(ChangePolicy.Kind));
                scope.Audit(new AuditNote("policy.create", "policy", row.Id, row.Kind, After: draft));
                return Task.FromResult<Refusal?>(null);
            });
        }
    }
}

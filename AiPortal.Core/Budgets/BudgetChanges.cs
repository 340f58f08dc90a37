using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;

namespace AiPortal.Core.Budgets;

/// <summary>What making and changing a budget have in common.</summary>
public sealed class BudgetChanges(IEnumerable<IBudgetFollower> followers)
{
    /// <summary>Checks the draft and writes it; lines that are new, or over something new, are counted from the ledger.</summary>
    internal async Task<Refusal?> WriteAsync(ChangeScope scope, Budget budget, BudgetDraft draft, bool isNew, DateTimeOffset now, CancellationToken token)
    {
        var sound = await BudgetChecks.SoundAsync(scope.Db, scope.OrganizationId, draft, isNew ? null : budget, token);
        if (sound.Refusal is { } refusal) return refusal;
        draft = sound.Value;
        if (OwnLimits.Check(scope, draft.QuotaType, draft.ScopeId) is { } own) return own;
        if (!isNew && OwnLimits.Check(scope, budget.QuotaType, budget.ScopeId) is { } ownBefore) return ownBefore;
        var moved = isNew || draft.QuotaType != budget.QuotaType || draft.ScopeId != budget.ScopeId
            || draft.Model != budget.Model || draft.ProviderId != budget.ProviderId;

        await BudgetStart.LockAsync(scope, token);
        // A budget stays allocated from one that the actor does not see.
        var allocated = isNew || draft.ParentId != budget.ParentId
            ? await AllocationChecks.RunAsync(scope, budget, draft, isNew, token)
            : await scope.WideAsync(() => AllocationChecks.RunAsync(scope, budget, draft, isNew, token), token);
        if (allocated.Refusal is { } overdrawn) return overdrawn;
        var before = moved ? [] : BudgetLine.Of(budget).Select(line => line.PeriodType).ToHashSet();
        if (!isNew && BudgetRaise.Of(BudgetDraft.Of(budget), draft) is { } raise) scope.MayNeedApproval(raise);
        draft.WriteTo(budget);
        if (isNew) scope.Db.Add(budget);
        foreach (var (share, drafted) in allocated.Value)
        {
            if (BudgetRaise.Of(BudgetDraft.Of(share), drafted) is { } more) scope.MayNeedApproval(more);
            scope.Audit(new AuditNote("budget.change", "budget", share.Id, share.Name, BudgetDraft.Of(share), drafted));
            drafted.WriteTo(share);
        }

        await scope.Db.SaveChangesAsync(token);
        await BudgetStart.CountAsync(scope, BudgetLine.Of(budget).Where(line => !before.Contains(line.PeriodType)), now, token);
        foreach (var changed in allocated.Value.Select(share => share.Budget).Append(budget)) await TellAsync(scope, changed, removed: false, token);
        scope.RefreshGateway();
        return null;
    }

    /// <summary>Tells those who keep something in step with budgets.</summary>
    internal async Task TellAsync(ChangeScope scope, Budget budget, bool removed, CancellationToken token)
    {
        foreach (var follower in followers) await follower.FollowAsync(scope, budget, removed, token);
    }
}

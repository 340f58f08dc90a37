using AiPortal.Core.Access;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>The budgets that are made with keys and removed with them.</summary>
internal sealed class KeyBudgets(PortalDatabase database, BudgetChanges changes, BudgetRefresh refresh, TimeProvider clock) : IKeyBudgets
{
    public async Task<Refusal?> SetAsync(ChangeScope scope, ApiKey key, KeyBudgetTerms? terms, CancellationToken token)
    {
        var budget = await scope.Db.Set<Budget>().FirstOrDefaultAsync(b => b.ScopeId == key.Id && b.OwnedByKey, token);
        if (terms is null)
        {
            if (budget is null) return null;
            scope.Db.Remove(budget);
            // A key that goes takes its budget along: nothing more can be spent.
            if (key.DeletedAt is null) scope.MayNeedApproval(BudgetRaise.Unbounded);
            await changes.TellAsync(scope, budget, removed: true, token);
            return null;
        }

        var faults = new FieldFaults();
        if (!EnumWord.TryParse<HoldKind>(terms.Hold, out var hold)) faults.Add("budget.hold", "Must be one of strict, learned.");
        if (!EnumWord.TryParse<BudgetAction>(terms.Action, out var action)) faults.Add("budget.action", BudgetWords.ActionFault());
        else if (action == BudgetAction.Downgrade && budget?.DowngradeModel is null) faults.Add("budget.action", "A downgrade needs a model: set it on the key's budget under /cost/quotas.");
        if (terms.Limit <= 0) faults.Add("budget.limit", "Must be above 0.");
        else if (!Money.Usd.IsStorable(terms.Limit)) faults.Add("budget.limit", "Must have at most twelve decimals and twelve digits before them.");
        if (faults.Any) return faults.ToRefusal();

        var isNew = budget is null;
        budget ??= new Budget
        {
            Id = Ids.New(clock),
            OrganizationId = scope.OrganizationId,
            Name = key.Name,
            QuotaType = QuotaType.Key,
            ScopeId = key.Id,
            OwnedByKey = true,
        };
        var draft = BudgetDraft.Of(budget) with { TotalQuota = terms.Limit, PeriodType = terms.Period, Hold = hold, Action = action };
        return await changes.WriteAsync(scope, budget, draft, isNew, clock.GetUtcNow(), token);
    }

    public async Task<Refusal?> MoveAsync(ChangeScope scope, ApiKey key, Action move, CancellationToken token)
    {
        var (project, team) = (key.ProjectId, key.TeamId);
        var moving = await ScopeMove.BeginAsync(scope, QuotaType.Key, key.Id, token);
        move();
        return await moving.EndAsync(left => left switch
        {
            QuotaType.CostCenter => "cost_center_id",
            QuotaType.Environment => "environment_id",
            QuotaType.User => "owner_user_id",
            _ => key.ProjectId != project ? "project_id" : key.TeamId != team ? "team_id" : "owner_user_id",
        }, token);
    }

    public async Task RefreshAsync(Guid keyId)
    {
        await using var db = database.OpenSystem();
        foreach (var id in await db.Set<Budget>().AsNoTracking().Where(b => b.ScopeId == keyId && b.OwnedByKey).Select(b => b.Id).ToListAsync())
            await refresh.RereadAsync(id, CancellationToken.None);
    }

    public async Task<IReadOnlyDictionary<Guid, KeyBudgetTerms>> ReadAsync(PortalDb db, IReadOnlyCollection<Guid> keyIds, CancellationToken token) =>
        await db.Set<Budget>().AsNoTracking().Where(b => b.OwnedByKey && keyIds.Contains(b.ScopeId))
            .ToDictionaryAsync(b => b.ScopeId, b => new KeyBudgetTerms(b.TotalQuota, b.PeriodType, EnumWord.Of(b.Hold), EnumWord.Of(b.Action)), token);
}

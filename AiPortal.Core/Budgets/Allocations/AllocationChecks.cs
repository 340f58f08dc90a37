using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Allocations;

/// <summary>A budget that gets another amount because the one it is allocated from is changed.</summary>
internal sealed record Reallocation(Budget Budget, BudgetDraft Draft);

/// <summary>
/// What budgets allocated from one budget have together is at most its amount. They have its period and lie in its scope; <see cref="ScopeMove"/>
/// keeps that so.
/// </summary>
internal static class AllocationChecks
{
    /// <summary>Must run under the lock of budget changes, before the draft is written. Answers what else is to be changed.</summary>
    public static async Task<Outcome<List<Reallocation>>> RunAsync(ChangeScope scope, Budget budget, BudgetDraft draft, bool isNew, CancellationToken token)
    {
        // The parent is locked until the change stands: of two that take from it at once the second sees what the first took.
        Guid[] ids = [budget.Id, draft.ParentId ?? budget.Id];
        var locked = await scope.Db.Set<Budget>().FromSql($"SELECT * FROM budgets WHERE id = ANY({ids}) ORDER BY id FOR UPDATE").AsNoTracking().ToListAsync(token);
        var faults = new FieldFaults();
        var changed = await BelowAsync(scope, budget, draft, isNew, faults, token);
        if (draft.ParentId is { } parentId)
            await AboveAsync(scope, budget, draft, isNew, locked.SingleOrDefault(row => row.Id == parentId), faults, token);
        return faults.Any ? faults.ToRefusal() : changed;
    }

    private static async Task<List<Reallocation>> BelowAsync(ChangeScope scope, Budget budget, BudgetDraft draft, bool isNew, FieldFaults faults, CancellationToken token)
    {
        var shares = isNew ? [] : await scope.Db.Set<Budget>().Where(b => b.ParentId == budget.Id).ToListAsync(token);
        var changed = new List<Reallocation>();
        foreach (var (id, amount) in draft.Allocations ?? new Dictionary<Guid, decimal>())
        {
            if (shares.Find(share => share.Id == id) is not { } share) faults.Add("allocations", $"Budget {id} is not allocated from this one: set its parent_id first.");
            else if (amount != share.TotalQuota) changed.Add(new Reallocation(share, BudgetDraft.Of(share) with { TotalQuota = amount }));
        }

        foreach (var (share, drafted) in changed)
        {
            var own = new FieldFaults();
            drafted.Check(own);
            var below = await scope.Db.Set<Budget>().Where(b => b.ParentId == share.Id).SumAsync(b => b.TotalQuota, token);
            own.Require(below <= drafted.TotalQuota, "total_quota", $"{Show(below)} of it are allocated.");
            if (own.Any) faults.Add("allocations", $"{share.Name}: {own.ToRefusal().Message}");
        }

        if (shares.Count == 0) return changed;
        var sum = shares.Sum(share => changed.Find(change => change.Budget == share)?.Draft.TotalQuota ?? share.TotalQuota);
        faults.Require(sum <= draft.TotalQuota, changed.Count > 0 ? "allocations" : "total_quota", $"{Show(sum)} are allocated: more than {Show(draft.TotalQuota)}.");
        faults.Require(draft.PeriodType == budget.PeriodType, "period_type", "Budgets are allocated from this one: its period cannot change.");
        faults.Require((draft.Model, draft.ProviderId) == (budget.Model, budget.ProviderId), "model", "Budgets are allocated from this one: which calls it counts cannot change.");
        if (draft.QuotaType != budget.QuotaType || draft.ScopeId != budget.ScopeId)
        {
            foreach (var share in shares)
            {
                var chain = await ScopeChain.ReadAsync(scope.Db, scope.OrganizationId, share.QuotaType, share.ScopeId, token);
                faults.Require(chain.Contains((draft.QuotaType, draft.ScopeId)), "scope_id", $"{share.Name} is allocated from this budget and lies outside.");
            }
        }

        return changed;
    }

    private static async Task AboveAsync(ChangeScope scope, Budget budget, BudgetDraft draft, bool isNew, Budget? parent, FieldFaults faults, CancellationToken token)
    {
        if (parent is null || parent.Id == budget.Id || await IsBelowAsync(scope.Db, parent, budget.Id, token))
        {
            faults.Add("parent_id", parent is null ? "This budget does not exist in the organization." : "A budget cannot be allocated from itself.");
            return;
        }

        var isOther = isNew || draft.ParentId != budget.ParentId;
        faults.Require(draft.Unit == parent.Unit, isOther ? "parent_id" : "unit", $"Must be in the unit of the budget it is allocated from, {EnumWord.Of(parent.Unit)}.");
        faults.Require(
            (parent.Model is null || parent.Model == draft.Model) && (parent.ProviderId is null || parent.ProviderId == draft.ProviderId),
            isOther ? "parent_id" : "model", "Must count no other calls than the budget it is allocated from.");
        faults.Require(draft.PeriodType == parent.PeriodType, isOther ? "parent_id" : "period_type", $"Must have the period of the budget it is allocated from, {parent.PeriodType.ToText()}.");
        if (isOther || draft.QuotaType != budget.QuotaType || draft.ScopeId != budget.ScopeId)
        {
            var chain = await ScopeChain.ReadAsync(scope.Db, scope.OrganizationId, draft.QuotaType, draft.ScopeId, token);
            faults.Require(chain.Contains((parent.QuotaType, parent.ScopeId)), isOther ? "parent_id" : "scope_id", "Must lie in the scope of the budget it is allocated from.");
        }

        var others = await scope.Db.Set<Budget>().Where(b => b.ParentId == parent.Id && b.Id != budget.Id).SumAsync(b => b.TotalQuota, token);
        faults.Require(others + draft.TotalQuota <= parent.TotalQuota, "total_quota", $"Of {parent.Name} only {Show(Math.Max(0, parent.TotalQuota - others))} are not allocated.");
    }

    private static async Task<bool> IsBelowAsync(PortalDb db, Budget row, Guid id, CancellationToken token)
    {
        for (var above = row.ParentId; above is { } next; above = await db.Set<Budget>().Where(b => b.Id == next).Select(b => b.ParentId).SingleOrDefaultAsync(token))
        {
            if (next == id) return true;
        }

        return false;
    }

    private static string Show(decimal amount) => amount.ToString("0.############", CultureInfo.InvariantCulture);
}

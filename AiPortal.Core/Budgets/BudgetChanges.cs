using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Budgets;

/// <summary>What making and changing a budget have in common.</summary>
public sealed class BudgetChanges(IEnumerable<IBudgetFollower> followers)
{
    /// <summary>Checks the draft and writes it; lines that are new, or over something new, are counted from the ledger.</summary>
    internal async Task<Refusal?> WriteAsync(ChangeScope scope, Budget budget, BudgetDraft draft, bool isNew, DateTimeOffset now, CancellationToken token)
    {
        var faults = new FieldFaults();
        draft.Check(faults);
        if (faults.Any) return faults.ToRefusal();
        if (draft is { QuotaType: QuotaType.Organization } && draft.ScopeId == Guid.Empty) draft = draft with { ScopeId = scope.OrganizationId };
        var moved = isNew || draft.QuotaType != budget.QuotaType || draft.ScopeId != budget.ScopeId;
        if (moved && !await BudgetScopes.ExistsAsync(scope.Db, draft.QuotaType, draft.ScopeId, token))
        {
            const string Message = "This does not exist in the organization.";
            return new Refusal(RefusalKind.NotFound, "not_found", $"scope_id: {Message}", new Dictionary<string, string[]> { ["scope_id"] = [Message] });
        }

        await BudgetStart.LockAsync(scope, token);
        var before = moved ? [] : BudgetLine.Of(budget).Select(line => line.PeriodType).ToHashSet();
        draft.WriteTo(budget);
        if (isNew) scope.Db.Add(budget);
        await scope.Db.SaveChangesAsync(token);
        await BudgetStart.CountAsync(scope, BudgetLine.Of(budget).Where(line => !before.Contains(line.PeriodType)), now, token);
        await TellAsync(scope, budget, removed: false, token);
        scope.RefreshGateway();
        return null;
    }

    /// <summary>Tells those who keep something in step with budgets.</summary>
    internal async Task TellAsync(ChangeScope scope, Budget budget, bool removed, CancellationToken token)
    {
        foreach (var follower in followers) await follower.FollowAsync(scope, budget, removed, token);
    }
}

using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>Whether a draft can become a budget; also asked by what only tries one.</summary>
internal static class BudgetChecks
{
    /// <summary>The draft with its scope named, or what is wrong with it. The scope of <paramref name="now"/> may be gone.</summary>
    public static async Task<Outcome<BudgetDraft>> SoundAsync(PortalDb db, Guid organizationId, BudgetDraft draft, Budget? now, CancellationToken token)
    {
        var faults = new FieldFaults();
        draft.Check(faults);
        faults.Require(now is null || draft.Unit == now.Unit, "unit", "Cannot be changed; make another budget.");
        if (faults.Any) return faults.ToRefusal();
        if (draft is { QuotaType: QuotaType.Organization } && draft.ScopeId == Guid.Empty) draft = draft with { ScopeId = organizationId };
        if (draft.ProviderId is { } provider && provider != now?.ProviderId
            && !await db.Set<ProviderAccount>().AnyAsync(p => p.Id == provider && p.OrganizationId == organizationId && p.DeletedAt == null, token))
            return Missing("provider_id");
        if ((now is not null && draft.QuotaType == now.QuotaType && draft.ScopeId == now.ScopeId) || await BudgetScopes.ExistsAsync(db, draft.QuotaType, draft.ScopeId, token))
            return draft;
        return Missing("scope_id");
    }

    private static Refusal Missing(string field)
    {
        const string Message = "This does not exist in the organization.";
        return new Refusal(RefusalKind.NotFound, "not_found", $"{field}: {Message}", new Dictionary<string, string[]> { [field] = [Message] });
    }
}

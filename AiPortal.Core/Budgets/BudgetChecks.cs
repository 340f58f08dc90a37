using AiPortal.Core.Data;

namespace AiPortal.Core.Budgets;

/// <summary>Whether a draft can become a budget; also asked by what only tries one.</summary>
internal static class BudgetChecks
{
    /// <summary>The draft with its scope named, or what is wrong with it. The scope of <paramref name="now"/> may be gone.</summary>
    public static async Task<Outcome<BudgetDraft>> SoundAsync(PortalDb db, Guid organizationId, BudgetDraft draft, Budget? now, CancellationToken token)
    {
        var faults = new FieldFaults();
        draft.Check(faults);
        if (faults.Any) return faults.ToRefusal();
        if (draft is { QuotaType: QuotaType.Organization } && draft.ScopeId == Guid.Empty) draft = draft with { ScopeId = organizationId };
        if ((now is not null && draft.QuotaType == now.QuotaType && draft.ScopeId == now.ScopeId) || await BudgetScopes.ExistsAsync(db, draft.QuotaType, draft.ScopeId, token))
            return draft;
        const string Message = "This does not exist in the organization.";
        return new Refusal(RefusalKind.NotFound, "not_found", $"scope_id: {Message}", new Dictionary<string, string[]> { ["scope_id"] = [Message] });
    }
}

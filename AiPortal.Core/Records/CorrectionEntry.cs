using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Records;

/// <summary>The entry that corrects another.</summary>
internal static class CorrectionEntry
{
    /// <summary>
    /// Names what it corrects and carries its attribution as it was frozen. It counts in the period of the call it corrects; when it
    /// was made is the ledger's own instant of writing. Amounts are still zero.
    /// </summary>
    public static LedgerEntry Of(LedgerEntry corrected, EntryKind kind, string reason, TimeProvider clock) => new()
    {
        Id = Ids.New(clock),
        StartedAt = corrected.StartedAt,
        OrganizationId = corrected.OrganizationId,
        RequestId = corrected.RequestId,
        Attempt = corrected.Attempt,
        Final = false,
        Kind = kind,
        Status = EntryStatus.Ok,
        DepartmentId = corrected.DepartmentId,
        TeamId = corrected.TeamId,
        ProjectId = corrected.ProjectId,
        CostCenterId = corrected.CostCenterId,
        EnvironmentId = corrected.EnvironmentId,
        UserId = corrected.UserId,
        KeyId = corrected.KeyId,
        ProviderId = corrected.ProviderId,
        ProviderName = corrected.ProviderName,
        ModelName = corrected.ModelName,
        UpstreamModel = corrected.UpstreamModel,
        RequestType = corrected.RequestType,
        CostType = corrected.CostType,
        CorrectsId = corrected.Id,
        Reason = reason,
        SessionId = corrected.SessionId,
        WorkflowId = corrected.WorkflowId,
        AccountId = corrected.AccountId,
        Tags = corrected.Tags,
        EndedAt = clock.GetUtcNow(),
    };
}

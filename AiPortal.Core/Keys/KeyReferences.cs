using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>What a key refers to must be a live part of its organization; another organization's does not exist for it.</summary>
internal static class KeyReferences
{
    /// <summary>What is missing, or null. What the key referred to before stays allowed, also when it has been deleted since.</summary>
    public static async Task<Refusal?> RefusalOfAsync(PortalDb db, KeyDraft draft, KeyDraft? before, CancellationToken token)
    {
        var missing = new Dictionary<string, string[]>();
        if (draft.OwnerUserId is { } owner && owner != before?.OwnerUserId && !await db.Set<Membership>().AnyAsync(m => m.UserId == owner, token))
            missing["owner_user_id"] = ["This user is not a member of the organization."];
        await CheckAsync<Team>(draft.TeamId, before?.TeamId, "team_id", "team");
        await CheckAsync<Project>(draft.ProjectId, before?.ProjectId, "project_id", "project");
        await CheckAsync<CostCenter>(draft.CostCenterId, before?.CostCenterId, "cost_center_id", "cost center");
        await CheckAsync<DeploymentEnvironment>(draft.EnvironmentId, before?.EnvironmentId, "environment_id", "environment");
        return missing.Count == 0 ? null : new Refusal(RefusalKind.NotFound, "not_found", string.Join(" ", missing.Values.SelectMany(m => m)), missing);

        async Task CheckAsync<TRow>(Guid? id, Guid? same, string field, string what) where TRow : StructureRow
        {
            if (id is not { } asked || asked == same) return;
            if (!await db.Set<TRow>().AnyAsync(row => row.Id == asked && row.DeletedAt == null, token)) missing[field] = [$"This {what} does not exist."];
        }
    }
}

using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Records;

/// <summary>Who pays for imported usage: ids that are the organization's, deleted ones included, completed as calls are.</summary>
internal sealed class ImportAttribution
{
    private readonly Dictionary<Guid, ApiKey> _keys;
    private readonly Dictionary<Guid, Guid?> _departmentOfTeam;
    private readonly Dictionary<string, HashSet<Guid>> _known;

    private ImportAttribution(Dictionary<Guid, ApiKey> keys, Dictionary<Guid, Guid?> departmentOfTeam, Dictionary<string, HashSet<Guid>> known) =>
        (_keys, _departmentOfTeam, _known) = (keys, departmentOfTeam, known);

    public static async Task<ImportAttribution> LoadAsync(PortalDb db, IReadOnlyCollection<UsageDraft> drafts, CancellationToken token)
    {
        var keyIds = Named(drafts, d => d.KeyId);
        var keys = await db.Set<ApiKey>().AsNoTracking().Where(k => keyIds.Contains(k.Id)).ToDictionaryAsync(k => k.Id, token);
        Guid[] teamIds = [.. Named(drafts, d => d.TeamId), .. keys.Values.Select(k => k.TeamId).OfType<Guid>()];
        var teams = await db.Set<Team>().AsNoTracking().Where(t => teamIds.Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => t.DepartmentId, token);
        var userIds = Named(drafts, d => d.UserId);
        var known = new Dictionary<string, HashSet<Guid>>
        {
            ["department_id"] = await KnownAsync<Department>(db, Named(drafts, d => d.DepartmentId), token),
            ["team_id"] = [.. teams.Keys],
            ["project_id"] = await KnownAsync<Project>(db, Named(drafts, d => d.ProjectId), token),
            ["cost_center_id"] = await KnownAsync<CostCenter>(db, Named(drafts, d => d.CostCenterId), token),
            ["environment_id"] = await KnownAsync<DeploymentEnvironment>(db, Named(drafts, d => d.EnvironmentId), token),
            ["user_id"] = [.. await db.Set<Membership>().Where(m => userIds.Contains(m.UserId)).Select(m => m.UserId).ToListAsync(token)],
            ["key_id"] = [.. keys.Keys],
        };
        return new ImportAttribution(keys, teams, known);
    }

    /// <summary>Names the ids that are not the organization's.</summary>
    public void Check(UsageDraft draft, FieldFaults faults, string at)
    {
        foreach (var (field, id) in Ids(draft))
        {
            if (id is { } given) faults.Require(_known[field].Contains(given), at + field, "This does not exist in the organization.");
        }
    }

    public Attribution Of(Guid organizationId, UsageDraft draft)
    {
        var key = draft.KeyId is { } id ? _keys[id] : null;
        var team = draft.TeamId ?? key?.TeamId;
        return new Attribution(organizationId,
            DepartmentId: draft.DepartmentId ?? (team is { } known ? _departmentOfTeam.GetValueOrDefault(known) : null),
            TeamId: team,
            ProjectId: draft.ProjectId ?? key?.ProjectId,
            CostCenterId: draft.CostCenterId ?? key?.CostCenterId,
            EnvironmentId: draft.EnvironmentId ?? key?.EnvironmentId,
            UserId: draft.UserId ?? key?.OwnerUserId,
            KeyId: draft.KeyId);
    }

    private static (string Field, Guid? Id)[] Ids(UsageDraft draft) =>
    [
        ("department_id", draft.DepartmentId), ("team_id", draft.TeamId), ("project_id", draft.ProjectId), ("cost_center_id", draft.CostCenterId),
        ("environment_id", draft.EnvironmentId), ("user_id", draft.UserId), ("key_id", draft.KeyId),
    ];

    private static Guid[] Named(IEnumerable<UsageDraft> drafts, Func<UsageDraft, Guid?> id) => [.. drafts.Select(id).OfType<Guid>().Distinct()];

    private static async Task<HashSet<Guid>> KnownAsync<TRow>(PortalDb db, Guid[] ids, CancellationToken token) where TRow : StructureRow =>
        ids.Length == 0 ? [] : [.. await db.Set<TRow>().Where(row => ids.Contains(row.Id)).Select(row => row.Id).ToListAsync(token)];
}

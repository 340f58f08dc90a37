using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys.Import;

/// <summary>
/// Makes many keys at once, all or none. A dry run does everything that the import would do and takes it back, so that what it
/// says is what will happen. Where a policy covers one of them, all are asked for together.
/// </summary>
public sealed class ImportKeys(ChangeGate gate, IKeyBudgets budgets, TimeProvider clock)
{
    public const int MaxRows = 1000;

    private const string TakenBack = "import_taken_back";

    public async Task<Outcome<KeysImported>> RunAsync(Actor actor, Guid organizationId, IReadOnlyList<KeyImportRow> rows, bool dryRun, CancellationToken token = default)
    {
        KeysImported? tried = null;
        var outcome = await gate.RunAsync<KeysImported>(actor, organizationId, Permission.ManageKeys, "key.import", async scope =>
        {
            if (rows.Count is 0 or > MaxRows) return Refusal.Field("rows", $"Must be 1 to {MaxRows} keys.");
            var names = await ImportNames.ReadAsync(scope.Db, token);
            var secrets = new HashSet<string>(StringComparer.Ordinal);
            var (results, drafts) = (new List<ImportedKey>(), new List<KeyDraft>());
            foreach (var (index, row) in rows.Index())
            {
                var (draft, faults) = Draft(row, names, secrets);
                if (!faults.Any && row.Secret is { } secret && await IsTakenAsync(scope.Db, secret, token)) faults.Add("key", "There is such a key already.");
                var issued = faults.Any ? faults.ToRefusal() : await KeyIssuing.IssueAsync(scope, budgets, clock, draft, row.Secret, token);
                drafts.Add(draft);
                results.Add(new ImportedKey(index + 1, row.Name, Errors(issued.Refusal), issued.IsRefused ? null : issued.Value));
            }

            tried = new KeysImported(false, [.. results.Select(row => row with { Issued = null })]);
            if (tried.Invalid > 0 || dryRun) return Refusal.Conflict(TakenBack, "Nothing was kept.");
            scope.AskableAs(new KeyImportAsk(drafts).Matter([.. rows.Select(row => row.Secret)], await PlacesOfAllAsync(scope, drafts, token)));
            foreach (var row in results)
            {
                var key = row.Issued!.Listing;
                scope.MayNeedApproval(new ApprovalTrigger(KeyApprovals.Create, EnvironmentId: key.Key.EnvironmentId));
                scope.Audit(new AuditNote("key.import", "key", key.Key.Id, key.Key.Name, After: key.Audit));
            }

            return new KeysImported(true, results);
        }, token);
        return outcome.Refusal is { Code: TakenBack } ? tried! : outcome;
    }

    /// <summary>Of this organization; that another has it only the unique index tells, when all are kept.</summary>
    internal static Task<bool> IsTakenAsync(PortalDb db, string secret, CancellationToken token)
    {
        var hash = VirtualKeyFormat.Hash(secret);
        return db.Set<ApiKey>().AnyAsync(k => k.KeyHash == hash, token);
    }

    /// <summary>The parts in which all of the keys lie: the manager of one of them may decide about them all, the manager of less about none.</summary>
    private static async Task<IReadOnlyCollection<Guid>> PlacesOfAllAsync(ChangeScope scope, List<KeyDraft> drafts, CancellationToken token)
    {
        HashSet<Guid>? common = null;
        foreach (var (project, team, owner) in drafts.Select(draft => (draft.ProjectId, draft.TeamId, draft.OwnerUserId)).Distinct())
        {
            var places = await KeyApprovals.PlacesOfAsync(scope, project, team, owner, token);
            if (common is null) common = [.. places];
            else common.IntersectWith(places);
        }

        return common ?? [];
    }

    private static (KeyDraft Draft, FieldFaults Faults) Draft(KeyImportRow row, ImportNames names, HashSet<string> secrets)
    {
        var faults = new FieldFaults();
        foreach (var (field, fault) in row.Unread) faults.Add(field, fault);
        if (row.Secret is { } secret)
        {
            if (!VirtualKeyFormat.IsWellFormed(secret)) faults.Add("key", "Must be a key of this format, checksum included; leave it out to have one made.");
            else if (!secrets.Add(secret)) faults.Add("key", "Stands in the file twice.");
        }

        return (new KeyDraft
        {
            Name = row.Name.Trim(),
            OwnerUserId = names.Owner(row.Owner, faults),
            TeamId = names.Team(row.Team, faults),
            ProjectId = names.Project(row.Project, faults),
            CostCenterId = names.CostCenter(row.CostCenter, faults),
            EnvironmentId = names.Environment(row.Environment, faults),
            Models = row.Models,
            Rpm = row.Rpm,
            Tpm = row.Tpm,
            Concurrency = row.Concurrency,
            Budget = row.Budget,
            ExpiresAt = row.ExpiresAt,
            Tags = row.Tags,
        }, faults);
    }

    private static IReadOnlyDictionary<string, string[]> Errors(Refusal? refusal) =>
        refusal is null ? new Dictionary<string, string[]>() : refusal.Errors ?? new Dictionary<string, string[]> { ["row"] = [refusal.Message] };
}

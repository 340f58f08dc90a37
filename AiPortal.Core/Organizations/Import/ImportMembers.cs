using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations.Import;

/// <summary>
/// Adds and changes many members at once, all or none; who is there already exactly so, is passed over, so that the same file can be
/// given again. A dry run does everything that the import would do and takes it back.
/// </summary>
public sealed class ImportMembers(ChangeGate gate, PortalDatabase database, UserManager<PortalUser> users, TimeProvider clock)
{
    public const int MaxRows = 5000;

    private const string TakenBack = "import_taken_back";

    public async Task<Outcome<MembersImported>> RunAsync(Actor actor, Guid organizationId, IReadOnlyList<MemberImportRow> rows, bool dryRun, CancellationToken token = default)
    {
        MembersImported? tried = null;
        var outcome = await gate.RunAsync<MembersImported>(actor, organizationId, Permission.ManageMembers, "member.import", async scope =>
        {
            if (rows.Count is 0 or > MaxRows) return Refusal.Field("rows", $"Must be 1 to {MaxRows} members.");
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            var names = await PlacesByName.ReadAsync(scope.Db, token);
            var people = await PeopleAsync(rows, token);
            var members = await scope.Db.Set<Membership>().ToDictionaryAsync(m => m.UserId, token);
            // Where nothing is allocated from anything, no budget can leave what it is allocated from.
            var moves = await scope.Db.Set<Budget>().AnyAsync(b => b.ParentId != null, token);
            var results = new List<ImportedMember>(rows.Count);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (index, row) in rows.Index())
            {
                var faults = new FieldFaults();
                foreach (var (field, fault) in row.Unread) faults.Add(field, fault);
                var key = users.NormalizeEmail(row.Email) ?? "";
                if (row.Email.Length > 0 && !seen.Add(key)) faults.Add("email", "Stands in the file twice.");
                var person = people.GetValueOrDefault(key);
                var member = person is null ? null : members.GetValueOrDefault(person.Id);
                var draft = Draft(row, member, names, faults);
                MemberFaults.Check(faults, actor, organizationId, draft, member);
                results.Add(faults.Any
                    ? new ImportedMember(index + 1, row.Email, null, faults.ToRefusal().Errors!, null, null)
                    : member is null ? Create(scope, index + 1, draft, person) : await ChangeAsync(scope, index + 1, member, draft, moves, token));
            }

            if (results.TrueForAll(row => row.Errors.Count == 0)) CheckOwner(members.Values, results, rows);
            tried = new MembersImported(false, [.. results.Select(row => row with { InvitationToken = null, MemberId = row.Action == MemberImportAction.Create ? null : row.MemberId })]);
            if (tried.Invalid > 0) return Refusal.Conflict(TakenBack, "Nothing was kept.");
            await scope.Db.SaveChangesAsync(token);
            if (dryRun) return Refusal.Conflict(TakenBack, "Nothing was kept.");
            scope.Audit(new AuditNote("member.import", "member", null, null, After: new
            {
                Created = tried.Count(MemberImportAction.Create),
                Changed = tried.Count(MemberImportAction.Change),
                Skipped = tried.Count(MemberImportAction.Skip),
            }));
            if (tried.Count(MemberImportAction.Change) > 0) scope.RefreshGateway();
            return new MembersImported(true, results);
        }, token);
        return outcome.Refusal is { Code: TakenBack } ? tried! : outcome;
    }

    /// <summary>Those that the portal knows already, from anywhere, by their address.</summary>
    private async Task<Dictionary<string, PortalUser>> PeopleAsync(IReadOnlyList<MemberImportRow> rows, CancellationToken token)
    {
        var addresses = rows.Select(row => users.NormalizeEmail(row.Email)).OfType<string>().Distinct().ToArray();
        await using var db = database.OpenSystem();
        return await db.Set<PortalUser>().AsNoTracking().Where(u => addresses.Contains(u.NormalizedEmail)).ToDictionaryAsync(u => u.NormalizedEmail!, token);
    }

    private static MemberDraft Draft(MemberImportRow row, Membership? member, PlacesByName names, FieldFaults faults)
    {
        var before = member is null ? new MemberDraft(row.Email, row.Name ?? "") : MemberDraft.Of(member);
        var role = row.Role ?? before.Role;
        var place = row.HasScope ? names.Place(row.ScopeType, row.Scope, faults) : before.Place;
        return before with
        {
            Name = row.Name ?? before.Name,
            Role = role,
            TeamId = row.HasTeam ? names.Team(row.Team, faults) : before.TeamId,
            // Another role than manager is for the whole organization, unless the file says what cannot be.
            Place = row.HasScope || Permissions.IsForPlaces(role) ? place : null,
            Limits = row.HasLimits ? new RateLimit(row.Rpm, row.Tpm, row.Concurrency) : before.Limits,
        };
    }

    private ImportedMember Create(ChangeScope scope, int line, MemberDraft draft, PortalUser? person)
    {
        if (person is null) scope.Db.Add(person = NewPeople.Make(users, draft, null, scope.OrganizationId, clock));
        var row = new Membership { Id = Ids.New(clock), UserId = person.Id, Email = person.Email!, Name = draft.Name };
        draft.WriteTo(row);
        scope.Db.Add(row);
        var invitation = Invitations.MayMake(person, scope.OrganizationId) ? Invitations.Make(scope.Db, row, clock) : null;
        scope.Audit(new AuditNote("member.create", "member", row.Id, row.Email, After: draft));
        return new ImportedMember(line, draft.Email, MemberImportAction.Create, NoErrors, row.Id, invitation);
    }

    private static async Task<ImportedMember> ChangeAsync(ChangeScope scope, int line, Membership member, MemberDraft draft, bool moves, CancellationToken token)
    {
        var before = MemberDraft.Of(member);
        if (draft == before) return new ImportedMember(line, member.Email, MemberImportAction.Skip, NoErrors, member.Id, null);
        var move = !moves || before.TeamId == draft.TeamId ? null : await ScopeMove.BeginAsync(scope, QuotaType.User, member.UserId, token);
        draft.WriteTo(member);
        if (move is not null && await move.EndAsync(_ => "team", token) is { } outside)
            return new ImportedMember(line, member.Email, null, outside.Errors ?? new Dictionary<string, string[]> { ["team"] = [outside.Message] }, member.Id, null);
        scope.Audit(new AuditNote("member.update", "member", member.Id, member.Email, before, draft));
        return new ImportedMember(line, member.Email, MemberImportAction.Change, NoErrors, member.Id, null);
    }

    /// <summary>An organization keeps an owner: where the file leaves none, the lines that take the role are wrong.</summary>
    private static void CheckOwner(IReadOnlyCollection<Membership> members, List<ImportedMember> results, IReadOnlyList<MemberImportRow> rows)
    {
        if (members.Any(member => member.Role == Role.Owner) || rows.Any(row => row.Role == Role.Owner)) return;
        foreach (var (index, row) in results.Index().ToList())
            if (row.Action == MemberImportAction.Change && rows[index].Role is not null)
                results[index] = row with { Action = null, Errors = new Dictionary<string, string[]> { ["role"] = ["An organization keeps at least one owner."] } };
    }

    private static IReadOnlyDictionary<string, string[]> NoErrors { get; } = new Dictionary<string, string[]>();
}

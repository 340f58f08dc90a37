using System.Net.Mail;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>A new member; <c>InvitationToken</c> is in clear, given once, and null for a person who has a password already or gets one elsewhere.</summary>
public sealed record AddedMember(Membership Membership, bool CanSignIn, string? InvitationToken);

/// <summary>
/// Adds a person to an organization. A newcomer with a password can sign in at once, one without gets an invitation. A person
/// the portal knows from elsewhere only gains a membership: his password is his own.
/// </summary>
public sealed class AddMember(ChangeGate gate, PortalDatabase database, UserManager<PortalUser> users, TimeProvider clock)
{
    private const int MaxEmail = 254;

    public Task<Outcome<AddedMember>> RunAsync(Actor actor, Guid organizationId, MemberDraft draft, string? password, CancellationToken token = default) =>
        gate.RunAsync<AddedMember>(actor, organizationId, Permission.ManageMembers, "member.create", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            if (await CheckAsync(draft, password) is { } refusal) return refusal;
            if (MemberRules.CheckGrant(actor, organizationId, draft.Role) is { } denial) return denial;
            if (await MemberRules.CheckTeamAsync(scope.Db, draft.TeamId, token) is { } missing) return missing;
            if (await PlaceRules.CheckAsync(scope.Db, draft.Place, null, token) is { } nowhere) return nowhere;

            var person = await FindAsync(draft.Email, token);
            if (person is not null && await scope.Db.Set<Membership>().AnyAsync(m => m.UserId == person.Id, token))
            {
                return new Refusal(RefusalKind.Conflict, "already_exists", $"{draft.Email} is already a member.",
                    new Dictionary<string, string[]> { ["email"] = ["Already a member."] });
            }

            if (person is null) scope.Db.Add(person = NewPeople.Make(users, draft, password, organizationId, clock));
            var row = new Membership { UserId = person.Id, Email = person.Email!, Name = draft.Name };
            draft.WriteTo(row);
            scope.Db.Add(row);
            await scope.Db.SaveChangesAsync(token);
            var canSignIn = person.PasswordHash is not null || person.EmailConfirmed;
            var invitation = Invitations.MayMake(person, organizationId) ? Invitations.Make(scope.Db, row, clock) : null;
            scope.Audit(new AuditNote("member.create", "member", row.Id, row.Email, After: draft));
            return new AddedMember(row, canSignIn, invitation);
        }, token);

    private async Task<Refusal?> CheckAsync(MemberDraft draft, string? password)
    {
        var faults = new FieldFaults();
        faults.RequireText(draft.Name, "name");
        draft.Limits.Check(faults);
        MemberRules.CheckRole(faults, draft.Role, draft.Place);
        faults.Require(draft.Email.Length <= MaxEmail && MailAddress.TryCreate(draft.Email, out var address) && address.Address == draft.Email,
            "email", "Must be a mail address.");
        if (password is not null)
        {
            var candidate = new PortalUser { Name = draft.Name, UserName = draft.Email, Email = draft.Email };
            foreach (var validator in users.PasswordValidators)
            {
                foreach (var fault in (await validator.ValidateAsync(users, candidate, password)).Errors) faults.Add("password", fault.Description);
            }
        }

        return faults.Any ? faults.ToRefusal() : null;
    }

    private async Task<PortalUser?> FindAsync(string email, CancellationToken token)
    {
        var normalized = users.NormalizeEmail(email);
        await using var db = database.OpenSystem();
        return await db.Set<PortalUser>().AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, token);
    }
}

using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Directories;

/// <summary>What would happen if somebody signed in with these settings. Nothing of it is kept.</summary>
/// <param name="Found">Whether exactly one person is meant.</param>
/// <param name="PasswordRight">Null where none was given.</param>
/// <param name="Admitted">Whether he would come in.</param>
/// <param name="Reason">Why not, in words.</param>
public sealed record DirectoryTrial(bool Found, string? Dn, string? Mail, string? Name, IReadOnlyList<string> Groups, Role? Role, Guid? TeamId, bool? PasswordRight, bool Admitted, string? Reason);

/// <summary>Tries a directory with settings that need not be saved yet.</summary>
public sealed class TryDirectory
{
    private readonly TenantDb _tenants;
    private readonly UpstreamAddressGuard _guard;
    private readonly DirectoryVisits _visits;
    private readonly AdmitPerson _admit;

    internal TryDirectory(TenantDb tenants, UpstreamAddressGuard guard, DirectoryVisits visits, AdmitPerson admit) =>
        (_tenants, _guard, _visits, _admit) = (tenants, guard, visits, admit);

    public async Task<Outcome<DirectoryTrial>> RunAsync(
        Actor actor, Guid organizationId, Func<LdapDirectoryDraft, Outcome<LdapDirectoryDraft>> overlay, string login, string? password, CancellationToken token = default)
    {
        if (actor.RoleIn(organizationId) is null) return Refusal.Missing("organization");
        if (!actor.May(Permission.ManageSignIn, organizationId)) return Refusal.Denied("Your role does not allow this.");
        LdapDirectory? row;
        LdapDirectoryDraft draft;
        await using (var transaction = await _tenants.OpenForLedgerAsync(organizationId, token))
        {
            row = await transaction.Db.Set<LdapDirectory>().AsNoTracking().SingleOrDefaultAsync(token);
            var overlaid = overlay(LdapDirectoryDraft.Of(row));
            if (overlaid.Refusal is { } unread) return unread;
            draft = overlaid.Value;
            var faults = draft.Check(DirectoryRules.MayUseSecret(row, draft));
            faults.Require(login.Trim().Length is > 0 and <= 254, "login", "Whose sign-in is to be tried?");
            if (!faults.Any) await DirectoryRules.CheckAsync(transaction.Db, organizationId, draft, _guard, faults, token);
            if (faults.Any) return faults.ToRefusal();
        }

        var settings = draft with { BindSecret = draft.BindSecret ?? _visits.SecretOf(row!) };
        try
        {
            return await TryAsync(organizationId, row?.Id ?? Guid.Empty, settings, login.Trim(), password, token);
        }
        catch (DirectoryFault fault)
        {
            return fault.ToRefusal();
        }
    }

    private async Task<DirectoryTrial> TryAsync(Guid organizationId, Guid id, LdapDirectoryDraft settings, string login, string? password, CancellationToken token)
    {
        var person = await _visits.VisitAsync(settings, login, null, token);
        if (person is null) return new DirectoryTrial(false, null, null, null, [], null, null, null, false, "The filter finds nobody, or more than one.");
        bool? right = password is null ? null : password.Length > 0 && await _visits.VisitAsync(settings, login, password, token) is not null;
        var row = new LdapDirectory
        {
            Id = id,
            OrganizationId = organizationId,
            Host = "",
            BaseDn = "",
            BindDn = "",
            UserFilter = "",
            MailAttribute = "",
            NameAttribute = "",
            IdAttribute = "",
        };
        settings.WriteTo(row);
        var who = DirectoryPlace.Of(row, person, null);
        var reason = !string.Equals(person.Mail, login, StringComparison.OrdinalIgnoreCase) ? "The entry's address is another than the one given: people sign in with their address."
            : who.Refusal?.Message ?? (await _admit.TryAsync(who.Value, token))?.Message;
        var (role, team) = GroupRule.PlaceOf(row.Groups, person.Groups);
        return new DirectoryTrial(true, person.Dn, person.Mail, person.Name, person.Groups, role ?? row.DefaultRole, team, right, reason is null && right != false, reason);
    }
}

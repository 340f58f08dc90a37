using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Directories;

/// <summary>
/// Passwords that an organization's directory knows. Of somebody with an account only the directory of his own organization is asked, of
/// somebody new the one that answers for his mail domain: a password is shown to no other organization's server.
/// </summary>
internal sealed class DirectorySignIn(PortalDatabase database, DirectoryVisits visits, DirectoryAttempts attempts, AdmitPerson admit) : IPasswordAuthority
{
    public async Task<IPasswordPlace?> FindAsync(PortalUser? user, string email, CancellationToken token)
    {
        if (MailDomains.Of(email) is not { } domain) return null;
        await using var db = database.OpenSystem();
        var row = await db.Set<LdapDirectory>().AsNoTracking().SingleOrDefaultAsync(d => d.Enabled && d.Domains.Contains(domain), token);
        if (row is null || (user is not null && user.HomeOrganizationId is { } home && home != row.OrganizationId)) return null;
        var isOwner = user is not null && await db.Set<Membership>().AnyAsync(m => m.UserId == user.Id && m.OrganizationId == row.OrganizationId && m.Role == Role.Owner, token);
        return new Place(this, row, IsKnown: user is not null, LocalToo: row.LocalPasswords || isOwner);
    }

    private async Task<Outcome<SignInProof>> ProveAsync(Place place, string email, string password, string? clientIp, CancellationToken token)
    {
        var row = place.Directory;
        if (!place.IsKnown && !await attempts.TakeAsync(row.Id, email, token)) return SignIn.Wrong;
        DirectoryPerson? person;
        try
        {
            person = await visits.ProveAsync(row, email, password, token);
        }
        catch (DirectoryFault)
        {
            return new Refusal(RefusalKind.Forbidden, "directory_unavailable", "The directory of your organization does not answer now.");
        }

        // Who is meant is the address alone: an entry found by another name is another person.
        if (person is null || !string.Equals(person.Mail, email, StringComparison.OrdinalIgnoreCase)) return SignIn.Wrong;
        var who = DirectoryPlace.Of(row, person, clientIp);
        if (who.Refusal is { } stranger) return stranger;
        var user = await admit.RunAsync(who.Value, token);
        if (user.Refusal is { } refusal) return refusal;
        if (!place.IsKnown) await attempts.ForgetAsync(row.Id, email, token);
        return new SignInProof(user.Value, new SignInWay(row.Id, row.OrganizationId));
    }

    private sealed record Place(DirectorySignIn Owner, LdapDirectory Directory, bool IsKnown, bool LocalToo) : IPasswordPlace
    {
        public Task<Outcome<SignInProof>> ProveAsync(string email, string password, string? clientIp, CancellationToken token) =>
            Owner.ProveAsync(this, email, password, clientIp, token);
    }
}

/// <summary>Visits to directories with the secrets they need. Few at a time, so that a slow one cannot take all threads.</summary>
internal sealed class DirectoryVisits(UpstreamAddressGuard guard, SecretVault vault) : IDisposable
{
    private readonly SemaphoreSlim _few = new(16);

    /// <summary>Null where the password is not his, or nobody is meant.</summary>
    /// <exception cref="DirectoryFault">It cannot be asked.</exception>
    public Task<DirectoryPerson?> ProveAsync(LdapDirectory row, string login, string password, CancellationToken token) =>
        VisitAsync(LdapDirectoryDraft.Of(row) with { BindSecret = SecretOf(row) }, login, password, token);

    /// <param name="settings">With the secret.</param>
    /// <param name="login">As typed.</param>
    /// <param name="password">Null: only looks for him.</param>
    /// <param name="token">Cancels it.</param>
    public async Task<DirectoryPerson?> VisitAsync(LdapDirectoryDraft settings, string login, string? password, CancellationToken token)
    {
        if (!await _few.WaitAsync(TimeSpan.FromSeconds(settings.TimeoutSeconds), token)) throw DirectoryFault.Late;
        try
        {
            await using var session = await LdapSession.OpenAsync(settings, guard, token);
            if (!await session.BindAsync(settings.BindDn, settings.BindSecret ?? "")) throw new DirectoryFault("bind_refused", "The directory does not take the bind DN with its secret.");
            var person = await session.FindAsync(login);
            return person is null || password is null || await session.BindAsync(person.Dn, password) ? person : null;
        }
        finally
        {
            _few.Release();
        }
    }

    public string? SecretOf(LdapDirectory row) =>
        row.BindSecretCipher is { } box ? Encoding.UTF8.GetString(vault.Open(box, LdapDirectory.Context(row.OrganizationId, row.Id))) : null;

    public byte[] Seal(LdapDirectory row, string secret) => vault.Seal(Encoding.UTF8.GetBytes(secret), LdapDirectory.Context(row.OrganizationId, row.Id));

    public void Dispose() => _few.Dispose();
}

/// <summary>What somebody's entry makes him here.</summary>
internal static class DirectoryPlace
{
    public static Outcome<OutsidePerson> Of(LdapDirectory row, DirectoryPerson person, string? clientIp)
    {
        if (person.Mail is not { } mail || MailDomains.Of(mail) is not { } domain || !row.Domains.Contains(domain))
            return new Refusal(RefusalKind.Forbidden, "not_in_domain", "Your entry in the directory has no address of its domains.");
        var (role, team) = GroupRule.PlaceOf(row.Groups, person.Groups);
        if ((role ?? row.DefaultRole) is not { } given)
            return new Refusal(RefusalKind.Forbidden, "not_admitted", "You are in none of the groups that may come in here; ask an administrator.");
        return new OutsidePerson(row.OrganizationId, row.Id, $"Directory {row.Host}", person.Id, mail, Plain(person.Name))
        {
            NewRole = row.CreateMembers ? given : null,
            Role = role ?? row.DefaultRole,
            TeamId = team,
            ClientIp = clientIp,
        };
    }

    private static string Plain(string name)
    {
        var plain = new string([.. name.Where(c => !char.IsControl(c))]).Trim();
        return plain.Length > 200 ? plain[..200] : plain;
    }
}

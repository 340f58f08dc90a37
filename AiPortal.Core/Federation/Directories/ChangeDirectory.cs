using System.Net.Sockets;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Directories;

/// <summary>
/// Sets an organization's directory. Whom it signed in signs in again. Another server demands the secret again, so that nobody has the
/// stored one sent to himself.
/// </summary>
public sealed class ChangeDirectory
{
    private readonly ChangeGate _gate;
    private readonly UpstreamAddressGuard _guard;
    private readonly Sessions _sessions;
    private readonly DirectoryVisits _visits;
    private readonly TimeProvider _clock;

    internal ChangeDirectory(ChangeGate gate, UpstreamAddressGuard guard, Sessions sessions, DirectoryVisits visits, TimeProvider clock) =>
        (_gate, _guard, _sessions, _visits, _clock) = (gate, guard, sessions, visits, clock);

    public async Task<Outcome<LdapDirectory>> RunAsync(
        Actor actor, Guid organizationId, Func<LdapDirectoryDraft, Outcome<LdapDirectoryDraft>> overlay, CancellationToken token = default)
    {
        // The system's role, because a domain must be no other organization's.
        var outcome = await _gate.RunForLedgerAsync<LdapDirectory>(actor, organizationId, Permission.ManageSignIn, "directory.change", async scope =>
        {
            await scope.Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('directories', 0))", token);
            var row = await scope.Db.Set<LdapDirectory>().SingleOrDefaultAsync(token);
            var before = LdapDirectoryDraft.Of(row);
            var overlaid = overlay(before);
            if (overlaid.Refusal is { } unread) return unread;
            var draft = overlaid.Value;
            var faults = draft.Check(DirectoryRules.MayUseSecret(row, draft));
            if (!faults.Any) await DirectoryRules.CheckAsync(scope.Db, organizationId, draft, _guard, faults, token);
            if (faults.Any) return faults.ToRefusal();

            if (row is null)
            {
                scope.Db.Add(row = new LdapDirectory
                {
                    Id = Ids.New(_clock),
                    OrganizationId = organizationId,
                    Host = "",
                    BaseDn = "",
                    BindDn = "",
                    UserFilter = "",
                    MailAttribute = "",
                    NameAttribute = "",
                    IdAttribute = "",
                });
            }

            draft.WriteTo(row);
            if (draft.BindSecret is { } secret) row.BindSecretCipher = _visits.Seal(row, secret);
            scope.Audit(new AuditNote("directory.change", "directory", row.Id, row.Host, before, draft with { BindSecret = null }));
            return row;
        }, token);
        if (!outcome.IsRefused) await _sessions.EndOfSourceAsync(outcome.Value.Id, token);
        return outcome;
    }
}

/// <summary>Takes an organization's directory away: its people come in by a password of the portal's own, or not at all.</summary>
public sealed class RemoveDirectory(ChangeGate gate, PortalDatabase database, Sessions sessions)
{
    public async Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync<Guid>(actor, organizationId, Permission.ManageSignIn, "directory.delete", async scope =>
        {
            var row = await scope.Db.Set<LdapDirectory>().SingleOrDefaultAsync(token);
            if (row is null) return Refusal.Missing("directory");
            scope.Db.Remove(row);
            scope.Audit(new AuditNote("directory.delete", "directory", row.Id, row.Host, LdapDirectoryDraft.Of(row)));
            return row.Id;
        }, token);
        if (outcome.IsRefused) return outcome;
        await sessions.EndOfSourceAsync(outcome.Value, token);
        await SourceLinks.RemoveAsync(database, outcome.Value, token);
        return outcome;
    }
}

internal static class DirectoryRules
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Whether the stored secret would go where it has always gone.</summary>
    public static bool MayUseSecret(LdapDirectory? row, LdapDirectoryDraft draft) =>
        row?.BindSecretCipher is not null && row.Host == draft.Host && row.Port == draft.Port && row.BindDn == draft.BindDn.Trim();

    /// <summary>What only the database and the network know.</summary>
    public static async Task CheckAsync(PortalDb db, Guid organizationId, LdapDirectoryDraft draft, UpstreamAddressGuard guard, FieldFaults faults, CancellationToken token)
    {
        var domains = MailDomains.Plain(draft.Domains);
        if (await db.Set<LdapDirectory>().IgnoreQueryFilters().AnyAsync(d => d.OrganizationId != organizationId && d.Domains.Any(domain => domains.Contains(domain)), token))
            faults.Add("domains", "Another organization's directory answers for one of these domains.");
        else if (await AreOthersAsync(db, organizationId, domains, token))
            faults.Add("domains", "People of another organization have addresses in one of these domains.");
        var teams = draft.Groups.Select(rule => rule.TeamId).OfType<Guid>().Distinct().ToList();
        if (teams.Count > 0 && await db.Set<Team>().CountAsync(t => teams.Contains(t.Id) && t.DeletedAt == null, token) != teams.Count) faults.Add("groups", "Names a team that does not exist.");
        if (await AddressFaultAsync(draft, guard, token) is { } fault) faults.Add("host", fault);
    }

    /// <summary>Their passwords would be shown to this organization's server.</summary>
    private static async Task<bool> AreOthersAsync(PortalDb db, Guid organizationId, string[] domains, CancellationToken token)
    {
        var ends = Array.ConvertAll(domains, domain => "%@" + domain.ToUpperInvariant().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal));
        return await db.Set<PortalUser>().AnyAsync(u => u.HomeOrganizationId != null && u.HomeOrganizationId != organizationId && ends.Any(end => EF.Functions.Like(u.NormalizedEmail!, end)), token);
    }

    /// <summary>A name that does not resolve now passes: what it resolves to is checked whenever it is dialled.</summary>
    private static async Task<string?> AddressFaultAsync(LdapDirectoryDraft draft, UpstreamAddressGuard guard, CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        try
        {
            return await guard.RefusalAsync(draft.Host, draft.AllowPrivate, patience.Token) is { } reason ? $"This address is not allowed: {reason}." : null;
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException || (fault is OperationCanceledException && !token.IsCancellationRequested))
        {
            return null;
        }
    }
}

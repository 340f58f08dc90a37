using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Federation.Directories;
using AiPortal.Core.Federation.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation;

/// <summary>What kind of source says who somebody is.</summary>
public enum SourceKind { Directory, Provider }

/// <summary>A directory or provider by which a person comes in, and whether he may take it away: never his only way, never his organization's directory.</summary>
public sealed record ConnectedWay(Guid Id, string Name, SourceKind Kind, bool Enabled, bool MayDisconnect);

/// <summary>A person's own ways in beside his password.</summary>
public sealed class ConnectedWays(PortalDatabase database, PersonChange change, Sessions sessions)
{
    public async Task<IReadOnlyList<ConnectedWay>> OfAsync(Actor actor, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        return await db.Set<PortalUser>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == actor.Id, token) is { } user ? await ReadAsync(db, user, token) : [];
    }

    /// <summary>Providers of his own organization that he could connect.</summary>
    public async Task<IReadOnlyList<ProviderButton>> OfferedAsync(Actor actor, CancellationToken token = default)
    {
        if (actor.Owes is not null || actor.HomeOrganizationId is not { } home) return [];
        await using var db = database.OpenSystem();
        var known = await LinksAsync(db, actor.Id, token);
        return await db.Set<IdentityProvider>().AsNoTracking().Where(p => p.OrganizationId == home && p.Enabled && !known.Contains(p.Id)).OrderBy(p => p.Name)
            .Select(p => new ProviderButton(p.Id, p.Name)).ToListAsync(token);
    }

    /// <summary>Takes a provider away; what it began ends, and it comes back only when he connects it himself.</summary>
    public async Task<Outcome<Guid>> DisconnectAsync(Actor actor, Guid id, CancellationToken token = default)
    {
        var outcome = await change.RunAsync<Guid>(actor, "account.disconnect", async (db, user) =>
        {
            if ((await ReadAsync(db, user, token)).Find(one => one.Id == id) is not { } way) return Refusal.Missing("identity");
            if (way.Kind == SourceKind.Directory) return Refusal.Conflict("directory_rules", "Your organization's directory says who its people are: its administrators decide on it.");
            if (!way.MayDisconnect) return Refusal.Conflict("last_way", "This is your only way in: connect another one first.");
            var source = AdmitPerson.Key(id);
            await db.Set<IdentityUserLogin<Guid>>().Where(l => l.UserId == user.Id && l.LoginProvider == source).ExecuteDeleteAsync(token);
            db.Add(new IdentityUserClaim<Guid> { UserId = user.Id, ClaimType = AdmitPerson.Disconnected, ClaimValue = source });
            return id;
        }, token);
        if (!outcome.IsRefused) await sessions.EndOfSourceAsync(id, actor.Id, token);
        return outcome;
    }

    private static async Task<List<ConnectedWay>> ReadAsync(PortalDb db, PortalUser user, CancellationToken token)
    {
        var links = await LinksAsync(db, user.Id, token);
        var ways = await db.Set<IdentityProvider>().IgnoreQueryFilters().AsNoTracking().Where(p => links.Contains(p.Id)).OrderBy(p => p.Name)
            .Select(p => new ConnectedWay(p.Id, p.Name, SourceKind.Provider, p.Enabled, false)).ToListAsync(token);
        ways.AddRange(await db.Set<LdapDirectory>().IgnoreQueryFilters().AsNoTracking().Where(d => links.Contains(d.Id))
            .Select(d => new ConnectedWay(d.Id, d.Host, SourceKind.Directory, d.Enabled, false)).ToListAsync(token));
        var hasPassword = await PasswordCountsAsync(db, user, token);
        return ways.ConvertAll(way => way with { MayDisconnect = way.Kind == SourceKind.Provider && (hasPassword || ways.Exists(other => other.Id != way.Id && other.Enabled)) });
    }

    /// <summary>A directory of his organization may be the only one whose password counts.</summary>
    private static async Task<bool> PasswordCountsAsync(PortalDb db, PortalUser user, CancellationToken token)
    {
        if (user.PasswordHash is null) return false;
        if (user.HomeOrganizationId is not { } home || MailDomains.Of(user.Email!) is not { } domain) return true;
        return !await db.Set<LdapDirectory>().IgnoreQueryFilters().AnyAsync(d => d.OrganizationId == home && d.Enabled && !d.LocalPasswords && d.Domains.Contains(domain), token)
            || await db.Set<Membership>().IgnoreQueryFilters().AnyAsync(m => m.UserId == user.Id && m.OrganizationId == home && m.Role == Role.Owner, token);
    }

    private static async Task<Guid[]> LinksAsync(PortalDb db, Guid userId, CancellationToken token) =>
        [.. (await db.Set<IdentityUserLogin<Guid>>().Where(l => l.UserId == userId).Select(l => l.LoginProvider).ToListAsync(token)).Select(Guid.Parse)];
}

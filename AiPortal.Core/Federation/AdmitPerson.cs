using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation;

/// <summary>
/// Finds whom a directory or provider means, and lets in who is new. An account is linked by its verified address alone, once, and only
/// where it belongs to the organization whose source it is: nobody gets into an account of another organization this way. An account
/// that somebody could enter with a password is linked only when its address is confirmed, or by him who is signed in to it: otherwise
/// whoever made it in another's name would share it from then on.
/// </summary>
internal sealed class AdmitPerson(ChangeGate gate, TenantDb tenants, ILookupNormalizer normalizer, TimeProvider clock)
{
    public async Task<Outcome<PortalUser>> RunAsync(OutsidePerson who, CancellationToken token)
    {
        Outcome<Finding> found;
        await using (var transaction = await tenants.OpenForLedgerAsync(who.OrganizationId, token)) found = await FindAsync(transaction.Db, who, token);
        if (found.Refusal is { } refusal) return refusal;
        if (found.Value is { IsLinked: true, User: { } known } finding && !IsToMove(finding.Place!, who)) return known;

        var actor = Actor.ForSystem(who.SourceName, who.OrganizationId) with { ClientIp = who.ClientIp };
        return await gate.RunForLedgerAsync<PortalUser>(actor, who.OrganizationId, Permission.ManageMembers, "member.admit", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, who.OrganizationId, token);
            var now = await FindAsync(scope.Db, who, token);
            if (now.Refusal is { } late) return late;
            var (user, place, isLinked) = now.Value;
            if (user is null || place is null)
            {
                scope.Db.Add(user = NewPerson(who));
                scope.Db.Add(place = new Membership { UserId = user.Id, Email = who.Email, Name = user.Name, Role = who.NewRole!.Value, TeamId = who.TeamId });
                // Ids are given on save.
                await scope.Db.SaveChangesAsync(token);
                scope.Audit(new AuditNote("member.create", "member", place.Id, place.Email, After: MemberDraft.Of(place)));
            }
            else if (IsToMove(place, who))
            {
                var before = MemberDraft.Of(place);
                (place.Role, place.TeamId) = (who.Role ?? place.Role, who.TeamId ?? place.TeamId);
                // Only a manager may be one of a part.
                if (place.Role != Role.Manager) (place.ScopeType, place.ScopeId) = (null, null);
                scope.Audit(new AuditNote("member.update", "member", place.Id, place.Email, before, MemberDraft.Of(place)));
            }

            if (!isLinked)
            {
                // Another stamp: an invitation that is being accepted at this moment comes too late.
                (user.EmailConfirmed, user.ConcurrencyStamp) = (true, OpaqueToken.Create("").Text);
                // A link that chooses the password would be a second way into an account that has its person now.
                await scope.Db.Set<Invitation>().Where(i => i.UserId == user.Id).ExecuteDeleteAsync(token);
                await scope.Db.Set<IdentityUserClaim<Guid>>().Where(c => c.UserId == user.Id && c.ClaimType == Disconnected && c.ClaimValue == Key(who.SourceId)).ExecuteDeleteAsync(token);
                scope.Db.Add(new IdentityUserLogin<Guid> { UserId = user.Id, LoginProvider = Key(who.SourceId), ProviderKey = who.Subject, ProviderDisplayName = who.SourceName });
                scope.Audit(new AuditNote("member.link", "member", place.Id, place.Email, After: new { Source = who.SourceName, who.Subject }));
            }

            scope.RefreshGateway();
            return user;
        }, token);
    }

    /// <summary>A claim that somebody has taken a source from his account: it does not come back by itself.</summary>
    internal const string Disconnected = "disconnected";

    /// <summary>The name under which a source's people are kept.</summary>
    public static string Key(Guid sourceId) => sourceId.ToString();

    /// <summary>What would become of somebody, without doing it.</summary>
    public async Task<Refusal?> TryAsync(OutsidePerson who, CancellationToken token)
    {
        await using var transaction = await tenants.OpenForLedgerAsync(who.OrganizationId, token);
        return (await FindAsync(transaction.Db, who, token)).Refusal;
    }

    /// <summary>An owner stays one whatever a group says: a directory must not shut out who could repair it.</summary>
    private static bool IsToMove(Membership place, OutsidePerson who) => place.Role != Role.Owner
        && ((who.Role is { } role && role != place.Role) || (who.TeamId is { } team && team != place.TeamId));

    private sealed record Finding(PortalUser? User, Membership? Place, bool IsLinked);

    private async Task<Outcome<Finding>> FindAsync(PortalDb db, OutsidePerson who, CancellationToken token)
    {
        var source = Key(who.SourceId);
        var linked = await db.Set<IdentityUserLogin<Guid>>().AsNoTracking().SingleOrDefaultAsync(l => l.LoginProvider == source && l.ProviderKey == who.Subject, token);
        if (linked is not null)
        {
            if (who.ConnectTo is { } other && other != linked.UserId) return Taken;
            var user = await db.Set<PortalUser>().SingleAsync(u => u.Id == linked.UserId, token);
            var place = await db.Set<Membership>().SingleOrDefaultAsync(m => m.UserId == user.Id && m.OrganizationId == who.OrganizationId, token);
            return place is null ? NotAMember : new Finding(user, place, true);
        }

        var normalized = normalizer.NormalizeEmail(who.Email);
        var person = await db.Set<PortalUser>().SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, token);
        if (who.ConnectTo is { } self && self != person?.Id) return AnotherAddress;
        if (person is null) return who.NewRole is null ? NotAMember : new Finding(null, null, false);
        var membership = await db.Set<Membership>().SingleOrDefaultAsync(m => m.UserId == person.Id && m.OrganizationId == who.OrganizationId, token);
        var isOwn = person.HomeOrganizationId == who.OrganizationId || (person.HomeOrganizationId is null && person.EmailConfirmed);
        if (membership is null || !isOwn) return Elsewhere;
        // An address that was given to somebody else since must not lead into the account of who had it before.
        if (await db.Set<IdentityUserLogin<Guid>>().AnyAsync(l => l.LoginProvider == source && l.UserId == person.Id, token)) return Reused;
        if (who.ConnectTo is null)
        {
            if (await db.Set<IdentityUserClaim<Guid>>().AnyAsync(c => c.UserId == person.Id && c.ClaimType == Disconnected && c.ClaimValue == source, token)) return TakenAway;
            if (!person.EmailConfirmed && person.PasswordHash is not null) return Unconfirmed;
        }

        return new Finding(person, membership, false);
    }

    private PortalUser NewPerson(OutsidePerson who) => new()
    {
        Id = Ids.New(clock),
        Name = who.Name,
        Email = who.Email,
        UserName = who.Email,
        NormalizedEmail = normalizer.NormalizeEmail(who.Email),
        NormalizedUserName = normalizer.NormalizeName(who.Email),
        EmailConfirmed = true,
        SecurityStamp = OpaqueToken.Create("").Text,
        LockoutEnabled = true,
        HomeOrganizationId = who.OrganizationId,
        CreatedAt = clock.GetUtcNow(),
    };

    private static Refusal NotAMember => new(RefusalKind.Forbidden, "not_a_member", "You are not a member here: ask an administrator to add you.");

    private static Refusal Elsewhere => new(RefusalKind.Forbidden, "account_elsewhere", "This address has an account that belongs elsewhere: sign in with its own password.");

    private static Refusal Reused => new(RefusalKind.Forbidden, "address_reused", "This address was somebody else's before: an administrator has to remove that account first.");

    private static Refusal Unconfirmed => new(RefusalKind.Forbidden, "address_unconfirmed", "This address has an account whose address is not confirmed: sign in with its password and connect this way in your account, or ask an administrator to confirm it.");

    private static Refusal TakenAway => new(RefusalKind.Forbidden, "disconnected", "You have disconnected this way: sign in otherwise and connect it again in your account.");

    private static Refusal Taken => new(RefusalKind.Forbidden, "linked_elsewhere", "This identity is connected to another account.");

    private static Refusal AnotherAddress => new(RefusalKind.Forbidden, "address_differs", "The provider gives another address than your account has.");
}

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
/// where it belongs to the organization whose source it is: nobody gets into an account of another organization this way.
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
                scope.Db.Add(new IdentityUserLogin<Guid> { UserId = user.Id, LoginProvider = Key(who.SourceId), ProviderKey = who.Subject, ProviderDisplayName = who.SourceName });
                scope.Audit(new AuditNote("member.link", "member", place.Id, place.Email, After: new { Source = who.SourceName, who.Subject }));
            }

            scope.RefreshGateway();
            return user;
        }, token);
    }

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
            var user = await db.Set<PortalUser>().SingleAsync(u => u.Id == linked.UserId, token);
            var place = await db.Set<Membership>().SingleOrDefaultAsync(m => m.UserId == user.Id && m.OrganizationId == who.OrganizationId, token);
            return place is null ? NotAMember : new Finding(user, place, true);
        }

        var normalized = normalizer.NormalizeEmail(who.Email);
        var person = await db.Set<PortalUser>().SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, token);
        if (person is null) return who.NewRole is null ? NotAMember : new Finding(null, null, false);
        var membership = await db.Set<Membership>().SingleOrDefaultAsync(m => m.UserId == person.Id && m.OrganizationId == who.OrganizationId, token);
        var isOwn = person.HomeOrganizationId == who.OrganizationId || (person.HomeOrganizationId is null && person.EmailConfirmed);
        if (membership is null || !isOwn) return Elsewhere;
        // An address that was given to somebody else since must not lead into the account of who had it before.
        return await db.Set<IdentityUserLogin<Guid>>().AnyAsync(l => l.LoginProvider == source && l.UserId == person.Id, token)
            ? Reused
            : new Finding(person, membership, false);
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
}

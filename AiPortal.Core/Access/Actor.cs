using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Access;

/// <summary>What a person who signed in still owes.</summary>
public enum SignInDebt
{
    /// <summary>A password of his own.</summary>
    NewPassword,

    /// <summary>Two-factor, which an organization asks of his role.</summary>
    TwoFactor,
}

/// <summary>A role lent for a while; <c>EndsAt</c> is UTC. With a place it counts there only.</summary>
public sealed record LentRole(Guid OrganizationId, Role Role, DateTimeOffset EndsAt, Place? Place = null);

/// <summary>A role that is somebody's own, but for one part of the organization.</summary>
public sealed record PlacedRole(Role Role, Place Place);

/// <summary>Who acts: a signed-in person or a service token, with his place in each organization at this moment.</summary>
public sealed record Actor(
    Guid Id,
    string Name,
    IReadOnlyDictionary<Guid, Role> Roles,
    Guid? HomeOrganizationId,
    string? ClientIp = null,
    bool IsService = false,
    bool IsBootstrap = false,
    Guid? SessionId = null)
{
    /// <summary>What the person has to do before anything else; until then he has no role anywhere.</summary>
    public SignInDebt? Owes { get; init; }

    /// <summary>The role that is his own in the whole organization; null where the actor is not a member. What he may is asked of <see cref="May"/>.</summary>
    public Role? RoleIn(Guid organizationId) => Roles.TryGetValue(organizationId, out var role) ? role : null;

    /// <summary>The role that is his own, be it for a part of the organization.</summary>
    public Role? OwnRoleIn(Guid organizationId) => Placed.GetValueOrDefault(organizationId)?.Role ?? RoleIn(organizationId);

    /// <summary>Roles lent to him that count now, beside his own.</summary>
    public IReadOnlyList<LentRole> Lent { get; init; } = [];

    /// <summary>Signed in by this organization's directory or provider, which speaks for it alone: nothing outside of it is his in this session.</summary>
    public Guid? ConfinedTo { get; init; }

    /// <summary>By organization, the role that he has for a part of it. In the whole of it he is a member.</summary>
    public IReadOnlyDictionary<Guid, PlacedRole> Placed { get; init; } = new Dictionary<Guid, PlacedRole>();

    /// <summary>By his own role or by one lent to him, be it for a part of the organization: which part, <see cref="PlacesFor"/> says.</summary>
    public bool May(Permission permission, Guid organizationId) => RoleIn(organizationId) is not null
        && (Whole(organizationId).Any(role => Permissions.Allows(role, permission))
            || InPart(organizationId).Any(held => Permissions.AllowsInPlace(held.Role, permission)));

    /// <summary>Where he may; null: in the whole organization.</summary>
    public Places? PlacesFor(Permission permission, Guid organizationId)
    {
        // A key of one's own is nobody's part.
        var whole = Whole(organizationId).Where(role => role != Role.Member || permission == Permission.RequestKey || Placed.GetValueOrDefault(organizationId) is null);
        if (whole.Any(role => Permissions.Allows(role, permission))) return null;
        var parts = InPart(organizationId).Where(held => Permissions.AllowsInPlace(held.Role, permission)).Select(held => held.Place).ToList();
        return parts.Count > 0 ? new Places(Id, parts) : PlacesIn(organizationId);
    }

    /// <summary>What he sees of an organization; null: all that his permissions let him see at all.</summary>
    public Places? PlacesIn(Guid organizationId)
    {
        var parts = InPart(organizationId).Select(held => held.Place).ToList();
        return parts.Count == 0 || Whole(organizationId).Any(role => role != Role.Member) ? null : new Places(Id, parts);
    }

    private IEnumerable<Role> Whole(Guid organizationId) => (RoleIn(organizationId) is { } own ? [own] : Enumerable.Empty<Role>())
        .Concat(Lent.Where(lent => lent.OrganizationId == organizationId && lent.Place is null).Select(lent => lent.Role));

    private IEnumerable<PlacedRole> InPart(Guid organizationId) =>
        (Placed.GetValueOrDefault(organizationId) is { } own ? [own] : Enumerable.Empty<PlacedRole>())
        .Concat(Lent.Where(lent => lent.OrganizationId == organizationId && lent.Place is not null).Select(lent => new PlacedRole(lent.Role, lent.Place!)));

    /// <summary>In any organization.</summary>
    public bool MayAnywhere(Permission permission) => Roles.Keys.Any(organization => May(permission, organization));

    /// <summary>The portal itself: bootstrap, demo, command line.</summary>
    public static Actor ForSystem(string name, Guid organizationId) =>
        new(Guid.Empty, name, new Dictionary<Guid, Role> { [organizationId] = Role.Owner }, organizationId, IsService: true, IsBootstrap: true);
}

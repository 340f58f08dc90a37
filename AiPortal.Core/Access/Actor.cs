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

/// <summary>A role lent for a while; <c>EndsAt</c> is UTC.</summary>
public sealed record LentRole(Guid OrganizationId, Role Role, DateTimeOffset EndsAt);

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

    /// <summary>The role that is his own; null where the actor is not a member. What he may is asked of <see cref="May"/>.</summary>
    public Role? RoleIn(Guid organizationId) => Roles.TryGetValue(organizationId, out var role) ? role : null;

    /// <summary>Roles lent to him that count now, beside his own.</summary>
    public IReadOnlyList<LentRole> Lent { get; init; } = [];

    /// <summary>Signed in by this organization's directory or provider, which speaks for it alone: nothing outside of it is his in this session.</summary>
    public Guid? ConfinedTo { get; init; }

    /// <summary>By his own role or by one lent to him.</summary>
    public bool May(Permission permission, Guid organizationId) => RoleIn(organizationId) is { } role
        && (Permissions.Allows(role, permission) || Lent.Any(lent => lent.OrganizationId == organizationId && Permissions.Allows(lent.Role, permission)));

    /// <summary>In any organization.</summary>
    public bool MayAnywhere(Permission permission) => Roles.Keys.Any(organization => May(permission, organization));

    /// <summary>The portal itself: bootstrap, demo, command line.</summary>
    public static Actor ForSystem(string name, Guid organizationId) =>
        new(Guid.Empty, name, new Dictionary<Guid, Role> { [organizationId] = Role.Owner }, organizationId, IsService: true, IsBootstrap: true);
}

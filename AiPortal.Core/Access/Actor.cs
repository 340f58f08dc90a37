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

    /// <summary>Null where the actor is not a member.</summary>
    public Role? RoleIn(Guid organizationId) => Roles.TryGetValue(organizationId, out var role) ? role : null;

    public bool May(Permission permission, Guid organizationId) =>
        RoleIn(organizationId) is { } role && Permissions.Allows(role, permission);

    /// <summary>The portal itself: bootstrap, demo, command line.</summary>
    public static Actor ForSystem(string name, Guid organizationId) =>
        new(Guid.Empty, name, new Dictionary<Guid, Role> { [organizationId] = Role.Owner }, organizationId, IsService: true, IsBootstrap: true);
}

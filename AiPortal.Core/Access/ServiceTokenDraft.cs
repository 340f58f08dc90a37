using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Access;

/// <summary>What a service token may do and until when; <c>ExpiresAt</c> is UTC, null for no end.</summary>
public sealed record ServiceTokenDraft(string Name, Role Role, DateTimeOffset? ExpiresAt)
{
    internal void Check(FieldFaults faults, DateTimeOffset now)
    {
        faults.RequireText(Name, "name");
        faults.Require(Role != Role.Owner, "role", "A service token is never an owner.");
        faults.Require(ExpiresAt is null || ExpiresAt > now, "expires_at", "Must be in the future.");
    }
}

/// <summary>Whether a service token works now, and why not.</summary>
public enum ServiceTokenStatus
{
    Active,
    Expired,
    Revoked,

    /// <summary>Its maker is gone, or could not make it any more.</summary>
    Suspended,
}

/// <summary>A token is never wider than its maker, today's maker: one who was demoted or has left takes his tokens with him.</summary>
internal static class ServiceTokenStanding
{
    /// <param name="token">The token asked about.</param>
    /// <param name="makers">The tokens that it and its makers were made with, by id.</param>
    /// <param name="roles">The people of its organization, by user id.</param>
    /// <param name="now">UTC.</param>
    public static ServiceTokenStatus Of(ServiceToken token, IReadOnlyDictionary<Guid, ServiceToken> makers, IReadOnlyDictionary<Guid, Role> roles, DateTimeOffset now)
    {
        if (token.RevokedAt is not null) return ServiceTokenStatus.Revoked;
        if (token.ExpiresAt <= now) return ServiceTokenStatus.Expired;
        var made = token;
        // A maker is older than what it makes, so this ends.
        while (makers.TryGetValue(made.CreatedBy, out var maker))
        {
            if (maker.RevokedAt is not null || maker.ExpiresAt <= now || !Permissions.MayGrant(maker.Role, made.Role)) return ServiceTokenStatus.Suspended;
            made = maker;
        }

        var isPortal = made.CreatedBy == Guid.Empty;
        return isPortal || (roles.TryGetValue(made.CreatedBy, out var role) && Permissions.MayGrant(role, made.Role)) ? ServiceTokenStatus.Active : ServiceTokenStatus.Suspended;
    }
}

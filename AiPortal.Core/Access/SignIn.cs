using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace AiPortal.Core.Access;

/// <summary>Checks an address and a password. Too many failures lock the account for a while; the answer never tells which part was wrong.</summary>
public sealed class SignIn(UserManager<PortalUser> users, IPasswordHasher<PortalUser> hasher)
{
    private static readonly PortalUser Nobody = new() { Name = "", UserName = "" };
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<PortalUser>().HashPassword(Nobody, Guid.Empty.ToString()));

    public async Task<Outcome<PortalUser>> RunAsync(string email, string password)
    {
        var refused = new Refusal(RefusalKind.Forbidden, "invalid_credentials", "The address or the password is wrong.");
        if (email.Length > 254 || password.Length > 1024) return refused;
        var user = await users.FindByEmailAsync(email);
        if (user?.PasswordHash is null)
        {
            // An unknown address takes as long as a known one.
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return refused;
        }

        if (await users.IsLockedOutAsync(user))
        {
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return refused;
        }

        if (!await users.CheckPasswordAsync(user, password))
        {
            await users.AccessFailedAsync(user);
            return refused;
        }

        await users.ResetAccessFailedCountAsync(user);
        return user;
    }
}

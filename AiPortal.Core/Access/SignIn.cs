using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace AiPortal.Core.Access;

/// <summary>Who proved his password; <c>NeedsCode</c> says that he is not in yet.</summary>
public sealed record SignInStep(PortalUser User, bool NeedsCode);

/// <summary>
/// Checks an address and a password, and the second factor of those who have one. Too many failures lock the account for a while,
/// wrong codes too; the answer never tells whether the address or the password was wrong.
/// </summary>
public sealed class SignIn(UserManager<PortalUser> users, IPasswordHasher<PortalUser> hasher, SignInAttempts attempts, SecondFactor second)
{
    private static readonly PortalUser Nobody = new() { Name = "", UserName = "" };
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<PortalUser>().HashPassword(Nobody, Guid.Empty.ToString()));

    /// <param name="email">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="code">Of the authenticator, or a recovery code; null where the caller has not asked for it yet.</param>
    public async Task<Outcome<SignInStep>> RunAsync(string email, string password, string? code = null)
    {
        if (email.Length > 254 || password.Length > 1024) return Wrong;
        var user = await users.FindByEmailAsync(email);
        if (user?.PasswordHash is null || !await attempts.TakeAsync(user.Id))
        {
            // An unknown or locked address takes as long as a known one.
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return Wrong;
        }

        if (!await users.CheckPasswordAsync(user, password)) return Wrong;
        if (!user.TwoFactorEnabled)
        {
            await attempts.ForgetAsync(user.Id);
            return new SignInStep(user, false);
        }

        if (code is null)
        {
            await attempts.GiveBackAsync(user.Id);
            return new SignInStep(user, true);
        }

        return await UseAsync(user, code);
    }

    /// <summary>The second step of one whose password was right: <paramref name="stamp"/> is his security stamp at that moment.</summary>
    public async Task<Outcome<SignInStep>> FinishAsync(Guid userId, string stamp, string code)
    {
        var user = await users.FindByIdAsync(userId.ToString());
        if (user is null || user.SecurityStamp != stamp || !user.TwoFactorEnabled) return Wrong;
        return await attempts.TakeAsync(user.Id) ? await UseAsync(user, code) : WrongCode;
    }

    private async Task<Outcome<SignInStep>> UseAsync(PortalUser user, string code)
    {
        if (!await second.UseAsync(user.Id, code)) return WrongCode;
        await attempts.ForgetAsync(user.Id);
        return new SignInStep(user, false);
    }

    private static Refusal Wrong => new(RefusalKind.Forbidden, "invalid_credentials", "The address or the password is wrong.");

    private static Refusal WrongCode => new(RefusalKind.Forbidden, "invalid_code", "The code is wrong, was used before, or came too often.");
}

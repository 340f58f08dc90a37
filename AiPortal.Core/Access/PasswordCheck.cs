using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>A signed-in person proves again that it is he; wrong answers count as at sign-in.</summary>
public sealed class PasswordCheck(PortalDatabase database, SecondFactor second, SignInAttempts attempts)
{
    private readonly PasswordHasher<PortalUser> _hasher = new();

    /// <summary>Null where both are right.</summary>
    public async Task<Refusal?> CheckAsync(Guid userId, string password, string code, CancellationToken token = default)
    {
        PortalUser? user;
        await using (var db = database.OpenSystem()) user = await db.Set<PortalUser>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, token);
        if (user?.PasswordHash is null || !await attempts.TakeAsync(userId, token)) return WrongPassword;
        if (_hasher.VerifyHashedPassword(user, user.PasswordHash, password) == PasswordVerificationResult.Failed) return WrongPassword;
        if (!await second.UseAsync(userId, code, token)) return SetUpTwoFactor.WrongCode;
        await attempts.ForgetAsync(userId, token);
        return null;
    }

    /// <summary>Null where the code is right.</summary>
    public async Task<Refusal?> CheckCodeAsync(Guid userId, string code, CancellationToken token = default)
    {
        if (!await attempts.TakeAsync(userId, token) || !await second.UseAsync(userId, code, token)) return SetUpTwoFactor.WrongCode;
        await attempts.ForgetAsync(userId, token);
        return null;
    }

    private static Refusal WrongPassword => Refusal.Field("password", "The password is wrong.");
}

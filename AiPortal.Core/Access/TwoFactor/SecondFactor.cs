using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access.TwoFactor;

/// <summary>Checks a code of a person's authenticator, or a recovery code. A code that was right is spent: of two who show it, one gets in.</summary>
public sealed class SecondFactor(PortalDatabase database, SecretVault vault, TimeProvider clock)
{
    private const int MaxLength = 40;
    private const int CodeLength = 6;

    public async Task<bool> UseAsync(Guid userId, string code, CancellationToken token = default)
    {
        if (code.Length > MaxLength) return false;
        var plain = RecoveryCodes.Plain(code);
        await using var db = database.OpenSystem();
        return plain.Length == CodeLength ? await UseCodeAsync(db, userId, plain, token) : await UseRecoveryAsync(db, userId, plain, token);
    }

    internal byte[] SecretOf(UserSecondFactor factor) => vault.Open(factor.Secret, UserSecondFactor.Context(factor.UserId));

    private async Task<bool> UseCodeAsync(PortalDb db, Guid userId, string code, CancellationToken token)
    {
        var factor = await db.Set<UserSecondFactor>().AsNoTracking().SingleOrDefaultAsync(f => f.UserId == userId && f.EnabledAt != null, token);
        if (factor is null || Totp.Match(SecretOf(factor), code, clock.GetUtcNow()) is not { } step) return false;
        return await db.Set<UserSecondFactor>().Where(f => f.UserId == userId && f.EnabledAt != null && f.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.LastStep, step), token) == 1;
    }

    private static async Task<bool> UseRecoveryAsync(PortalDb db, Guid userId, string plain, CancellationToken token)
    {
        var hash = RecoveryCodes.HashOf(plain);
        return await db.Database.ExecuteSqlAsync($"""
            UPDATE user_second_factors SET recovery_hashes = array_remove(recovery_hashes, {hash})
            WHERE user_id = {userId} AND enabled_at IS NOT NULL AND {hash} = ANY(recovery_hashes)
            """, token) == 1;
    }
}

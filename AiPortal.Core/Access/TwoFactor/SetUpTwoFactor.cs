using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access.TwoFactor;

/// <summary>What an authenticator app needs, shown until the first code is given.</summary>
/// <param name="Key">Base32.</param>
/// <param name="Uri"><c>otpauth://…</c>, as a QR code carries it.</param>
public sealed record AuthenticatorKey(string Key, string Uri);

/// <summary>How a person's two-factor stands.</summary>
public sealed record TwoFactorStanding(bool Enabled, DateTimeOffset? Since, int RecoveryCodesLeft);

/// <summary>A person sets up his own second factor, renews its recovery codes, or ends it. Each change ends his other sessions.</summary>
public sealed class SetUpTwoFactor(PersonChange changes, PortalDatabase database, SecretVault vault, SecondFactor second, PasswordCheck passwords, Sessions sessions, TimeProvider clock)
{
    private const string Issuer = "AiPortal";

    public async Task<TwoFactorStanding> ReadAsync(Guid userId, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        var factor = await db.Set<UserSecondFactor>().AsNoTracking().SingleOrDefaultAsync(f => f.UserId == userId && f.EnabledAt != null, token);
        return new TwoFactorStanding(factor is not null, factor?.EnabledAt, factor?.RecoveryHashes.Count ?? 0);
    }

    /// <summary>A new secret, which counts for nothing until <see cref="EnableAsync"/>.</summary>
    public Task<Outcome<AuthenticatorKey>> BeginAsync(Actor actor, CancellationToken token = default) =>
        changes.RunAsync<AuthenticatorKey>(actor, null, async (db, user) =>
        {
            if (user.TwoFactorEnabled) return AlreadyOn;
            var secret = Totp.NewSecret();
            await db.Set<UserSecondFactor>().Where(f => f.UserId == user.Id).ExecuteDeleteAsync(token);
            db.Add(new UserSecondFactor { UserId = user.Id, Secret = vault.Seal(secret, UserSecondFactor.Context(user.Id)), CreatedAt = clock.GetUtcNow() });
            var key = Totp.Base32(secret);
            var label = Uri.EscapeDataString($"{Issuer}:{user.Email}");
            return new AuthenticatorKey(key, $"otpauth://totp/{label}?secret={key}&issuer={Issuer}");
        }, token);

    /// <summary>The first code proves that the app has the secret. Gives the recovery codes in clear, this once.</summary>
    public async Task<Outcome<string[]>> EnableAsync(Actor actor, string code, CancellationToken token = default)
    {
        var outcome = await changes.RunAsync<string[]>(actor, "two_factor.enable", async (db, user) =>
        {
            if (user.TwoFactorEnabled) return AlreadyOn;
            var factor = await db.Set<UserSecondFactor>().SingleOrDefaultAsync(f => f.UserId == user.Id, token);
            if (factor is null) return Refusal.Conflict("not_begun", "Take a new key first.");
            if (Totp.Match(second.SecretOf(factor), RecoveryCodes.Plain(code), clock.GetUtcNow()) is not { } step) return WrongCode;
            var codes = RecoveryCodes.New();
            (factor.EnabledAt, factor.LastStep, factor.RecoveryHashes) = (clock.GetUtcNow(), step, [.. codes.Select(RecoveryCodes.HashOf)]);
            user.TwoFactorEnabled = true;
            return codes;
        }, token);
        if (!outcome.IsRefused) await sessions.EndOthersAsync(actor.Id, actor.SessionId, token);
        return outcome;
    }

    /// <summary>New recovery codes in clear, this once; those before stop working.</summary>
    public async Task<Outcome<string[]>> RenewCodesAsync(Actor actor, string code, CancellationToken token = default)
    {
        if (await passwords.CheckCodeAsync(actor.Id, code, token) is { } refusal) return refusal;
        return await changes.RunAsync<string[]>(actor, "two_factor.renew_codes", async (db, user) =>
        {
            var factor = await db.Set<UserSecondFactor>().SingleOrDefaultAsync(f => f.UserId == user.Id && f.EnabledAt != null, token);
            if (factor is null) return Off;
            var codes = RecoveryCodes.New();
            factor.RecoveryHashes = [.. codes.Select(RecoveryCodes.HashOf)];
            return codes;
        }, token);
    }

    /// <summary>Ends two-factor; asks for the password and a code, so that an open screen is not enough.</summary>
    public async Task<Outcome<bool>> DisableAsync(Actor actor, string password, string code, CancellationToken token = default)
    {
        if (await passwords.CheckAsync(actor.Id, password, code, token) is { } refusal) return refusal;
        var outcome = await changes.RunAsync<bool>(actor, "two_factor.disable", async (db, user) =>
        {
            if (!user.TwoFactorEnabled) return Off;
            if (await TwoFactorDemand.ReadAsync(db, user.Id, token) is [var demanding, ..])
                return Refusal.Conflict("two_factor_demanded", $"{demanding} asks it of your role.");
            await db.Set<UserSecondFactor>().Where(f => f.UserId == user.Id).ExecuteDeleteAsync(token);
            user.TwoFactorEnabled = false;
            return true;
        }, token);
        if (!outcome.IsRefused) await sessions.EndOthersAsync(actor.Id, actor.SessionId, token);
        return outcome;
    }

    internal static Refusal WrongCode => Refusal.Field("code", "This code is wrong, or was used before.");

    private static Refusal AlreadyOn => Refusal.Conflict("already_enabled", "Two-factor is on already; end it first to change the app.");

    private static Refusal Off => Refusal.Conflict("not_enabled", "Two-factor is not on.");
}

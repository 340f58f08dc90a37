using System.Globalization;
using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>
/// Gives keys whose time has come a new secret, which waits, sealed, for its owner (<see cref="CollectKeySecret"/>); the old one goes
/// on for <see cref="Overlap"/>.
/// </summary>
public sealed class RotateDueKeys(PortalDatabase database, ChangeGate gate, SecretVault vault, TimeProvider clock) : IScheduledJob
{
    /// <summary>How long the old secret works beside the new one.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(7);

    public string Name => "rotate-keys";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public async Task<string> RunAsync(CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var now = clock.GetUtcNow();
        var scheduled = await db.Set<ApiKey>().AsNoTracking().Where(k => k.DeletedAt == null && k.Status == KeyStatus.Active && k.RotateEveryDays != null && (k.ExpiresAt == null || k.ExpiresAt > now))
            .Select(k => new { k.Id, k.OrganizationId, k.RotateEveryDays, k.SecretMadeAt, k.CreatedAt }).ToListAsync(token);
        var rotated = 0;
        foreach (var key in scheduled.Where(key => (key.SecretMadeAt ?? key.CreatedAt).AddDays(key.RotateEveryDays!.Value) <= now))
        {
            var outcome = await RotateAsync(key.OrganizationId, key.Id, token);
            if (!outcome.IsRefused) rotated++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rotated} of {scheduled.Count} keys have a new secret");
    }

    private Task<Outcome<Guid>> RotateAsync(Guid organizationId, Guid id, CancellationToken token) =>
        gate.RunAsync<Guid>(Actor.ForSystem("key rotation", organizationId), organizationId, Permission.ManageKeys, "key.rotate", async scope =>
        {
            var key = await scope.Db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null && k.Status == KeyStatus.Active, token);
            // Changed meanwhile, as by a regeneration on another node.
            if (key?.RotateEveryDays is not { } days || (key.SecretMadeAt ?? key.CreatedAt).AddDays(days) > clock.GetUtcNow()) return Refusal.Missing("key");
            var secret = VirtualKeyFormat.Generate();
            var old = key.Prefix;
            key.Replace(secret, clock.GetUtcNow(), Overlap);
            key.PendingSecretCipher = vault.Seal(Encoding.UTF8.GetBytes(secret), KeySecret.Context(key));
            scope.Audit(new AuditNote("key.rotate", "key", key.Id, key.Name, new { Prefix = old }, new { key.Prefix, key.PreviousValidUntil }));
            scope.RefreshGateway();
            return id;
        }, token);
}

/// <summary>Binds a waiting secret to its key.</summary>
internal static class KeySecret
{
    public static string Context(ApiKey key) => $"key:{key.OrganizationId}:{key.Id}";
}

/// <summary>Hands out, once, the secret that a rotation by schedule has made.</summary>
public sealed class CollectKeySecret(ChangeGate gate, IKeyBudgets budgets, SecretVault vault)
{
    public Task<Outcome<IssuedKey>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageKeys, "key.collect", scope => WithinAsync(scope, id, null, token), token);

    /// <param name="scope">The change.</param>
    /// <param name="id">The key.</param>
    /// <param name="owner">Whose it must be; null: anybody's.</param>
    /// <param name="token">Ends it.</param>
    internal async Task<Outcome<IssuedKey>> WithinAsync(ChangeScope scope, Guid id, Guid? owner, CancellationToken token)
    {
        // Locked: of two clicks at once one gets it.
        var key = await scope.Db.Set<ApiKey>().FromSql($"SELECT * FROM api_keys WHERE id = {id} AND deleted_at IS NULL FOR UPDATE").SingleOrDefaultAsync(token);
        if (key is null || (owner is not null && key.OwnerUserId != owner)) return Refusal.Missing("key");
        if (key.PendingSecretCipher is not { } cipher) return Refusal.Conflict("nothing_waits", "No new secret waits to be collected.");
        var secret = Encoding.UTF8.GetString(vault.Open(cipher, KeySecret.Context(key)));
        key.PendingSecretCipher = null;
        scope.Audit(new AuditNote("key.collect", "key", key.Id, key.Name, After: new { key.Prefix }));
        return new IssuedKey(await KeyListing.OfAsync(scope.Db, key, budgets, token), secret);
    }
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>Gives a key a new secret. The old one goes on working for the overlap, so that applications can change over.</summary>
public sealed class RegenerateKey(ChangeGate gate, IKeyBudgets budgets, TimeProvider clock)
{
    /// <summary>Seven days.</summary>
    public const int MaxOverlapSeconds = 604_800;

    public Task<Outcome<IssuedKey>> RunAsync(Actor actor, Guid organizationId, Guid id, int overlapSeconds, CancellationToken token = default) =>
        gate.RunAsync<IssuedKey>(actor, organizationId, Permission.ManageKeys, "key.regenerate", async scope =>
        {
            if (overlapSeconds is < 0 or > MaxOverlapSeconds) return Refusal.Field("overlap_seconds", $"Must be 0 to {MaxOverlapSeconds}.");
            var key = await scope.Db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null, token);
            if (key is null) return Refusal.Missing("key");
            if (key.Status == KeyStatus.Revoked) return Refusal.Conflict("key_revoked", "A revoked key never works again. Create a new one.");

            var secret = VirtualKeyFormat.Generate();
            var oldPrefix = key.Prefix;
            key.Replace(secret, clock.GetUtcNow(), TimeSpan.FromSeconds(overlapSeconds));
            scope.Audit(new AuditNote("key.regenerate", "key", key.Id, key.Name, new { Prefix = oldPrefix }, new { key.Prefix, key.PreviousValidUntil }));
            scope.RefreshGateway();
            return new IssuedKey(await KeyListing.OfAsync(scope.Db, key, budgets, token), secret);
        }, token);
}

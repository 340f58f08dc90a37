using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Vault;

/// <summary>Ends an old master key that nothing is sealed with any more. Backups made before need it still.</summary>
public sealed class DestroyMasterKey(ChangeGate gate, MasterKeyBook book, MasterKeyHolders holders, MasterKeyKeeper keeper, IMasterKeySource source, VaultStatus status, TimeProvider clock)
{
    /// <summary>A transaction that sealed with the old key before the new one counted has ended by then.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMinutes(2);

    public async Task<Outcome<VaultReading>> RunAsync(Actor actor, Guid organizationId, int version, CancellationToken token = default)
    {
        var outcome = await gate.RunForLedgerAsync<MasterKeyVersion>(actor, organizationId, Permission.ManageOrganization, "vault.destroy_key", async scope =>
        {
            if (!await VaultStatus.IsFirstAsync(scope.Db, organizationId, token)) return Refusal.Denied("The master keys are the whole installation's: its first organization looks after them.");
            await scope.Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({MasterKeyBook.Lock})", token);
            var rows = await book.ReadAsync(token);
            var active = rows.Single(row => row.Version == MasterKeyBook.ActiveOf(rows));
            if (rows.SingleOrDefault(row => row.Version == version && row.DestroyedAt is null) is not { } old) return Refusal.Missing("master key");
            if (version >= active.Version) return Refusal.Conflict("key_in_use", "Only a version before the active one can be destroyed.");
            if ((await book.CountAsync(token)).GetValueOrDefault(version) is > 0 and var left)
                return Refusal.Conflict("still_used", string.Create(CultureInfo.InvariantCulture, $"{left} secrets are still sealed with version {version}."));
            if (clock.GetUtcNow() - active.ActivatedAt < Settled || (await holders.ReadAsync(token)).Any(holder => holder.Active < active.Version))
                return Refusal.Conflict("not_settled", "A process may still be sealing with it. Try again in two minutes.");
            await scope.Db.Database.ExecuteSqlAsync($"UPDATE master_keys SET destroyed_at = {clock.GetUtcNow()} WHERE version = {version}", token);
            await Notifications.SignalAsync(scope.Db, VaultWatch.Topic, token);
            scope.Audit(new AuditNote("vault.destroy_key", "master_key", null, $"version {version}", new { old.Version, old.Fingerprint }));
            return old;
        }, token);
        if (outcome.Refusal is { } refusal) return refusal;
        if (source.MayMake) source.Remove(outcome.Value.Fingerprint);
        await keeper.RefreshAsync(quick: false, CancellationToken.None);
        return await status.ReadAsync(token);
    }
}

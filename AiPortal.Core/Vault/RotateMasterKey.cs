using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Vault;

/// <summary>
/// Makes the newest master key the one that seals, once every process that runs can open with it. What older ones sealed is sealed
/// anew in the background; both open meanwhile.
/// </summary>
public sealed class RotateMasterKey(ChangeGate gate, MasterKeyBook book, MasterKeyHolders holders, MasterKeyKeeper keeper, IMasterKeySource source, VaultStatus status, TimeProvider clock)
{
    public async Task<Outcome<VaultReading>> RunAsync(Actor actor, Guid organizationId, CancellationToken token = default)
    {
        // The key is kept before anything is sealed with it, and a repeated attempt takes the one that was made.
        if (await status.MayAsync(actor, organizationId, token))
        {
            await keeper.RefreshAsync(quick: false, token);
            if (source.MayMake && await PreparedAsync(token) is null)
            {
                source.Make();
                await keeper.RefreshAsync(quick: false, token);
            }

            await keeper.CallOthersAsync(token);
        }

        var outcome = await gate.RunForLedgerAsync<int>(actor, organizationId, Permission.ManageOrganization, "vault.rotate", async scope =>
        {
            if (!await VaultStatus.IsFirstAsync(scope.Db, organizationId, token)) return Refusal.Denied("The master keys are the whole installation's: its first organization looks after them.");
            await scope.Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({MasterKeyBook.Lock})", token);
            if (await PreparedAsync(token) is not { } next)
                return Refusal.Conflict("no_new_key", $"There is no new master key. Add one at {source.Setting}, beside the present one, and try again.");
            var lacking = (await holders.ReadAsync(token)).Where(holder => !holder.Versions.Contains(next.Version)).Select(holder => holder.Node).ToList();
            if (lacking.Count > 0) return Refusal.Conflict("nodes_lack_key", $"These processes do not hold version {next.Version} yet: {string.Join(", ", lacking)}.");
            await scope.Db.Database.ExecuteSqlAsync($"UPDATE master_keys SET activated_at = {clock.GetUtcNow()} WHERE version = {next.Version}", token);
            await Notifications.SignalAsync(scope.Db, VaultWatch.Topic, token);
            scope.Audit(new AuditNote("vault.rotate", "master_key", null, $"version {next.Version}", After: new { next.Version, next.Fingerprint }));
            return next.Version;
        }, token);
        if (outcome.Refusal is { } refusal) return refusal;
        await keeper.RefreshAsync(quick: true, CancellationToken.None);
        return await status.ReadAsync(token);
    }

    private async Task<MasterKeyVersion?> PreparedAsync(CancellationToken token)
    {
        var rows = await book.ReadAsync(token);
        return rows.LastOrDefault(row => row.DestroyedAt is null && row.Version > MasterKeyBook.ActiveOf(rows));
    }
}

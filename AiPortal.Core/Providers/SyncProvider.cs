using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>What a sync changed. A balance is null where the vendor tells none.</summary>
public sealed record SyncResult(ProbeResult Probe, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, VendorBalance? Balance = null);

/// <summary>Takes over the list of models that the vendor gives, after which the account serves these and no others, and its balance.</summary>
public sealed class SyncProvider(TestProvider test, ProviderList providers, ProviderProbe probe, TimeProvider clock)
{
    public async Task<Outcome<SyncResult>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default)
    {
        var balance = actor.May(Permission.ManageProviders, organizationId) && await providers.FindAsync(organizationId, id, token) is { } account
            ? await probe.BalanceAsync(account, token)
            : null;
        var (added, removed) = (new List<string>(), new List<string>());
        var outcome = await test.RunAsync(actor, organizationId, id, "provider.sync", (scope, found) =>
        {
            var vendors = found.Result.Models!;
            var before = found.Row.Models ?? [];
            // Names of the account's own map are asked for here, though the vendor does not know them.
            string[] now = [.. vendors.Union(found.Row.ModelMap.Where(pair => vendors.Contains(pair.Value)).Select(pair => pair.Key), StringComparer.Ordinal)];
            added.AddRange(now.Except(before, StringComparer.Ordinal));
            removed.AddRange(before.Except(now, StringComparer.Ordinal));
            var isOther = found.Row.Models is null || added.Count + removed.Count > 0;
            found.Row.Models = now;
            found.Row.SyncedAt = clock.GetUtcNow();
            (found.Row.Balance, found.Row.BalanceCurrency) = (balance?.Amount, balance?.Currency);
            if (isOther) scope.RefreshGateway();
        }, token);
        return outcome.Refusal is { } refusal ? refusal : new SyncResult(outcome.Value, added, removed, balance);
    }
}

/// <summary>Syncs the accounts that ask for it, and reads the balance of the others that tell one.</summary>
public sealed class SyncProviders(PortalDatabase database, SyncProvider sync, ProviderProbe probe) : IScheduledJob
{
    public string Name => "sync-providers";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task<string> RunAsync(CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var accounts = await db.Set<ProviderAccount>().AsNoTracking().Where(p => p.Enabled && p.DeletedAt == null).OrderBy(p => p.Id).ToListAsync(token);
        var (synced, failed, read) = (0, 0, 0);
        foreach (var account in accounts)
        {
            if (account.SyncModels)
            {
                var outcome = await sync.RunAsync(Actor.ForSystem("provider sync", account.OrganizationId), account.OrganizationId, account.Id, token);
                if (outcome is { IsRefused: false, Value.Probe.Ok: true }) synced++;
                else failed++;
            }
            else if (await probe.BalanceAsync(account, token) is { } balance)
            {
                read += await db.Set<ProviderAccount>().Where(p => p.Id == account.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(p => p.Balance, balance.Amount).SetProperty(p => p.BalanceCurrency, balance.Currency), token);
            }
        }

        return $"{synced} synced, {failed} failed, {read} balances read";
    }
}

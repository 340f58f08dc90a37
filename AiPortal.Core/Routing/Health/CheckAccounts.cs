using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Routing.Health;

/// <param name="Scheduled">Whether accounts that are out are asked for their models every minute.</param>
public sealed record AccountCheckOptions(bool Scheduled = true);

/// <summary>
/// Asks the accounts whose circuit is open on this node for their models, which no vendor charges for; where one answers, the next call may
/// be the probe that closes the circuit.
/// </summary>
public sealed class CheckAccounts(HealthBook book, PortalDatabase database, ProviderProbe probe, AccountCheckOptions options) : IScheduledJob
{
    private const int AtATime = 4;

    public string Name => "account-checks";

    public TimeSpan Every { get; } = TimeSpan.FromMinutes(1);

    public async Task<string> RunAsync(CancellationToken token)
    {
        if (!options.Scheduled) return "off";
        // A list of models says nothing of credit.
        var ids = book.All.Where(one => one.Health.Read() is { State: CircuitState.Open, Reason: not CircuitReason.Quota }).Select(one => one.AccountId).ToList();
        if (ids.Count == 0) return "none out";
        await using var db = database.OpenSystem();
        var accounts = await db.Set<ProviderAccount>().AsNoTracking().Where(account => ids.Contains(account.Id) && account.DeletedAt == null).ToListAsync(token);
        var well = 0;
        await Parallel.ForEachAsync(accounts, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = token }, async (account, stop) =>
        {
            var result = await probe.RunAsync(account, stop);
            if (result.Ok) Interlocked.Increment(ref well);
            book.Of(account.Id)?.Checked(result.Ok);
        });
        return string.Create(CultureInfo.InvariantCulture, $"{accounts.Count} asked, {well} answered");
    }
}

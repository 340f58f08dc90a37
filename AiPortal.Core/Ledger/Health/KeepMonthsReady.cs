using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;

namespace AiPortal.Core.Ledger.Health;

/// <summary>Makes the ledger's partitions of this month and the next three, so that no entry has to wait for its month.</summary>
public sealed class KeepMonthsReady(PortalDatabase database, TimeProvider clock) : IScheduledJob
{
    /// <summary>Months after the current one.</summary>
    public const int Ahead = 3;

    public string Name => "ledger-months";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task<string> RunAsync(CancellationToken token)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var month = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        await using var connection = await database.System.OpenConnectionAsync(token);
        for (var ahead = 0; ahead <= Ahead; ahead++)
            await LedgerBook.ExecuteAsync(connection, "SELECT ensure_month_partitions($1)", token, month.AddMonths(ahead));
        return $"ready to the end of {month.AddMonths(Ahead).ToString("yyyy-MM", CultureInfo.InvariantCulture)}";
    }
}

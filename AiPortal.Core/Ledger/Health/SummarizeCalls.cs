using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;

namespace AiPortal.Core.Ledger.Health;

/// <summary>
/// Tells the call log's index of values what the rows since the last time hold, so that a filter for something rare need not read them.
/// </summary>
public sealed class SummarizeCalls(PortalDatabase database) : IScheduledJob
{
    public string Name => "call-log-summaries";

    public TimeSpan Every => TimeSpan.FromMinutes(5);

    public async Task<string> RunAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = LedgerBook.Command(connection, "SELECT summarize_calls()");
        command.CommandTimeout = 0;
        var summarized = (int)(await command.ExecuteScalarAsync(token))!;
        return $"{summarized.ToString(CultureInfo.InvariantCulture)} stretches";
    }
}

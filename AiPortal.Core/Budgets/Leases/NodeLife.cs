using System.Net.Sockets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>
/// This process among the nodes: it tells the database that it lives, which renews all its leases at once, compares the clocks,
/// and at a clean stop gives everything back. The host registers it before calls are admitted, and stops it after the ledger
/// writer has drained the journal.
/// </summary>
public sealed class NodeLife(PortalDatabase database, Journal journal, BudgetBook book, LeaseTerm term, LeaseOptions options, TimeProvider clock, ILogger<NodeLife> logger)
    : BackgroundService
{
    private const string Beat = """
        INSERT INTO nodes AS n (id, name, started_at, seen_at) VALUES ($1, $2, clock_timestamp(), clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING n.written_off_at IS NOT NULL, n.seen_at
        """;

    /// <summary>Slices of periods long gone, and nodes that left nothing behind.</summary>
    private const string Tidy = """
        DELETE FROM budget_leases l USING budget_amounts a
        WHERE l.node_id = $1 AND l.granted = 0 AND a.budget_id = l.budget_id AND a.period_type = l.period_type AND a.period_start = l.period_start
          AND a.period_end < now() - interval '1 day';
        """;

    private const string Forget = """
        DELETE FROM nodes n WHERE n.seen_at < now() - interval '7 days' AND NOT EXISTS (SELECT 1 FROM budget_leases l WHERE l.node_id = n.id AND l.granted > 0)
        """;

    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Unbearable = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private long _skewTicks;
    private bool _failing;

    /// <summary>How far this machine's clock is ahead of the database's.</summary>
    public TimeSpan Skew => new(Interlocked.Read(ref _skewTicks));

    /// <summary>What an operator should know, though calls are admitted.</summary>
    public string? Warning => Skew.Duration() > Noticed ? $"this machine's clock and the database's are {Skew.Duration().TotalSeconds:0} s apart" : null;

    /// <summary>Enters this process among the nodes; from here on calls may be admitted.</summary>
    public async Task RegisterAsync(CancellationToken token)
    {
        // Whatever happens from here on: slices may be left that only this folder's uuid can free.
        journal.Keep = true;
        await BeatAsync(token);
        await using var forget = database.System.CreateCommand(Forget);
        await forget.ExecuteNonQueryAsync(token);
    }

    /// <summary>Ends the heartbeat and, when the journal is drained, all leases.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (journal.State.EntriesUndrained > 0)
            return;
        try
        {
            await using var release = database.System.CreateCommand("SELECT budget_release($1)");
            release.Parameters.Add(new NpgsqlParameter { Value = journal.Id });
            await release.ExecuteNonQueryAsync(cancellationToken);
            journal.Keep = false;
        }
        catch (Exception fault) when (IsAway(fault))
        {
            logger.LogWarning("The leases of this node could not be returned; its next start does it: {Fault}", fault.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = _failing ? RetryInterval : options.Heartbeat;
            await Task.Delay(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                limit.CancelAfter(options.Heartbeat);
                await BeatAsync(limit.Token);
                await TidyAsync(limit.Token);
                _failing = false;
                // What a lost answer left in doubt can be settled now.
                book.Desk.Kick();
            }
            catch (Exception fault) when (IsAway(fault))
            {
                if (!_failing)
                    logger.LogWarning("The database has not heard of this node: {Fault}", fault.Message);
                _failing = true;
            }
        }
    }

    private static bool IsAway(Exception fault) =>
        fault is NpgsqlException or OperationCanceledException or TimeoutException or SocketException or InvalidOperationException or ObjectDisposedException;

    private async Task BeatAsync(CancellationToken token)
    {
        var (asked, askedAt) = (clock.GetTimestamp(), clock.GetUtcNow());
        await using var command = database.System.CreateCommand(Beat);
        command.Parameters.Add(new NpgsqlParameter { Value = journal.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = options.Node });
        await using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        var (writtenOff, seenAt) = (reader.GetBoolean(0), reader.GetFieldValue<DateTimeOffset>(1));
        Compare(askedAt, clock.GetUtcNow(), seenAt);
        if (writtenOff)
            term.Stop(LeaseTerm.WrittenOff);
        else if (Skew.Duration() > Unbearable)
            term.Stop($"this machine's clock and the database's are {Skew.Duration().TotalSeconds:0} s apart");
        else
            term.Resume();
        term.Renew(asked);
    }

    /// <summary>The database looked at its clock somewhere between the two instants.</summary>
    private void Compare(DateTimeOffset before, DateTimeOffset after, DateTimeOffset theirs) => Interlocked.Exchange(
        ref _skewTicks, (theirs < before ? before - theirs : theirs > after ? after - theirs : TimeSpan.Zero).Ticks);

    private async Task TidyAsync(CancellationToken token)
    {
        await using var command = database.System.CreateCommand(Tidy);
        command.Parameters.Add(new NpgsqlParameter { Value = journal.Id });
        await command.ExecuteNonQueryAsync(token);
    }
}

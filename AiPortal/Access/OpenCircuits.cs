using System.Collections.Concurrent;
using System.Threading.Channels;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Access;

/// <summary>
/// Tells the open circuits of this process that their people's rights have changed. The database says when to look; should that be lost,
/// the next tick finds it. However many circuits are open, a look is one query.
/// </summary>
internal sealed partial class OpenCircuits(SessionRights rights, LiveSignals signals, TimeProvider clock, ILogger<OpenCircuits> logger) : BackgroundService
{
    internal static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks, so that a storm of changes is not a storm of queries.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<Watched, byte> _open = new();
    private readonly Channel<byte> _news = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>How often the database was asked since the start, for all circuits together.</summary>
    internal long Looks { get; private set; }

    /// <summary>
    /// Calls <paramref name="onChange"/>, on a thread of the pool, when the rights of a session are not what they are now; true: it has
    /// ended. Dispose the result to end it.
    /// </summary>
    public async Task<IDisposable> WatchAsync(Guid sessionId, Action<bool> onChange, CancellationToken token)
    {
        var watched = new Watched(this, sessionId, onChange) { Rights = await RightsOfAsync(sessionId, token) };
        _open.TryAdd(watched, 0);
        if (watched.Rights is null) Tell(watched, hasEnded: true);
        return watched;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = signals.Subscribe(SessionRights.Topic, () => _news.Writer.TryWrite(0));
        try
        {
            while (true)
            {
                await LookAsync(stoppingToken);
                await Task.Delay(Pause, clock, stoppingToken);
                await NewsOrTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task NewsOrTickAsync(CancellationToken token)
    {
        try
        {
            await _news.Reader.WaitToReadAsync(token).AsTask().WaitAsync(Tick, clock, token);
        }
        catch (TimeoutException)
        {
            return;
        }

        _news.Reader.TryRead(out _);
    }

    private async Task LookAsync(CancellationToken token)
    {
        var open = _open.Keys;
        if (open.Count == 0) return;
        try
        {
            Looks++;
            var now = await rights.ReadAsync([.. open.Select(watched => watched.SessionId).Distinct()], token);
            foreach (var watched in open)
            {
                var held = now.GetValueOrDefault(watched.SessionId);
                if (held == watched.Rights) continue;
                watched.Rights = held;
                Tell(watched, hasEnded: held is null);
            }
        }
        catch (NpgsqlException fault)
        {
            // Nothing can be done in an old view meanwhile: each action asks the same database.
            LogUnread(fault.Message);
        }
    }

    /// <summary>What is not known now is looked for, and told of, as soon as it can be read.</summary>
    private async Task<string?> RightsOfAsync(Guid sessionId, CancellationToken token)
    {
        try
        {
            return (await rights.ReadAsync([sessionId], token)).GetValueOrDefault(sessionId);
        }
        catch (NpgsqlException fault)
        {
            LogUnread(fault.Message);
            return "";
        }
    }

    /// <summary>Elsewhere, so that no circuit waits for another, nor inherits its language.</summary>
    private static void Tell(Watched watched, bool hasEnded) => ThreadPool.QueueUserWorkItem(_ =>
    {
        try
        {
            watched.OnChange(hasEnded);
        }
        catch (ObjectDisposedException)
        {
            // The circuit closed meanwhile.
        }
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rights of open circuits could not be read and are read again: {Fault}")]
    private partial void LogUnread(string fault);

    private sealed class Watched(OpenCircuits circuits, Guid sessionId, Action<bool> onChange) : IDisposable
    {
        internal Guid SessionId { get; } = sessionId;

        internal Action<bool> OnChange { get; } = onChange;

        internal string? Rights { get; set; }

        public void Dispose() => circuits._open.TryRemove(this, out _);
    }
}

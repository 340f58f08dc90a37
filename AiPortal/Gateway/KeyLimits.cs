using System.Collections.Concurrent;
using AiPortal.Core.Gateway;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>Requests and tokens a minute and calls at a time, a key. In memory and exact on one node.</summary>
internal sealed class KeyLimits(TimeProvider clock)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Guid, KeyUse> _uses = new();

    /// <summary>With a refusal when a limit is reached: nothing is counted then, and the lease only says how things stand.</summary>
    public KeyLease Enter(KeySnapshot key, long expectedTokens, long ticks, out GatewayRefusal? refusal)
    {
        refusal = null;
        if (key is { Rpm: null, Tpm: null, Concurrency: null }) return KeyLease.Free;
        var use = _uses.GetOrAdd(key.Id, static _ => new KeyUse());
        lock (use)
        {
            if (clock.GetElapsedTime(use.WindowStart, ticks) >= Minute || use.WindowStart == 0) use.Begin(ticks);
            var rest = Minute - clock.GetElapsedTime(use.WindowStart, ticks);
            if (key.Rpm is { } rpm && use.Requests + 1 > rpm) refusal = Refuse("requests per minute", rpm, rest);
            // A single call larger than the whole limit may pass alone, or it could never be made.
            else if (key.Tpm is { } tpm && use.Tokens > 0 && use.Tokens + expectedTokens > tpm) refusal = Refuse("tokens per minute", tpm, rest);
            else if (key.Concurrency is { } most && use.Running + 1 > most) refusal = Refuse("calls at a time", most, TimeSpan.FromSeconds(1));
            if (refusal is not null) return new KeyLease(null, 0, 0, key, use.Requests, use.Tokens, rest);
            use.Requests++;
            use.Tokens += expectedTokens;
            use.Running++;
            return new KeyLease(use, expectedTokens, use.Window, key, use.Requests, use.Tokens, rest);
        }
    }

    private static GatewayRefusal Refuse(string what, int limit, TimeSpan rest) =>
        GatewayFailures.Refuse(GatewayFailure.RateLimited, what, limit) with { RetryAfter = rest };
}

/// <summary>The counters of one key.</summary>
internal sealed class KeyUse
{
    public long WindowStart { get; private set; }

    public int Window { get; private set; }

    public int Requests { get; set; }

    public long Tokens { get; set; }

    public int Running { get; set; }

    public void Begin(long ticks)
    {
        WindowStart = ticks;
        Window++;
        Requests = 0;
        Tokens = 0;
    }
}

/// <summary>A call's place within its key's limits; given back once.</summary>
internal sealed class KeyLease(KeyUse? use, long expectedTokens, int window, KeySnapshot? key, int requests, long tokens, TimeSpan rest)
{
    private int _left;

    public static KeyLease Free { get; } = new(null, 0, 0, null, 0, 0, default);

    /// <summary>Replaces the expected tokens by the real ones.</summary>
    public void Leave(long actualTokens)
    {
        if (use is null || Interlocked.Exchange(ref _left, 1) != 0) return;
        lock (use)
        {
            use.Running--;
            if (use.Window == window) use.Tokens = Math.Max(0, use.Tokens + actualTokens - expectedTokens);
        }
    }

    /// <summary><c>x-ratelimit-*</c> as OpenAI's clients read them.</summary>
    public void WriteHeaders(IHeaderDictionary headers)
    {
        if (key is null) return;
        if (key.Rpm is { } rpm) Write(headers, "requests", rpm, Math.Max(0, rpm - requests));
        if (key.Tpm is { } tpm) Write(headers, "tokens", tpm, Math.Max(0, tpm - tokens));
    }

    private void Write(IHeaderDictionary headers, string what, long limit, long remaining)
    {
        headers[$"x-ratelimit-limit-{what}"] = limit.ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{what}"] = remaining.ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{what}"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(rest.TotalSeconds)}s");
    }
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AiPortal.Core.Gateway;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// Requests and tokens a minute and calls at a time, of a key and of the user, team and organization over it. All are asked in one
/// step: a call that one of them refuses counts at none. In memory and exact on one node.
/// </summary>
internal sealed class KeyLimits(TimeProvider clock)
{
    private static readonly ScopeUse[] None = [];
    private readonly long _began = clock.GetTimestamp();
    private readonly ConcurrentDictionary<Guid, ScopeUse> _uses = new();

    // A snapshot lives until the next one; what is counted lives on.
    private readonly ConditionalWeakTable<KeySnapshot, ScopeUse[]> _ofKey = [];

    /// <summary>With a refusal when a limit is reached: nothing is counted then, and the lease only says how things stand.</summary>
    public KeyLease Enter(KeySnapshot key, long expectedTokens, out GatewayRefusal? refusal)
    {
        refusal = null;
        if (key.Limits.Count == 0) return KeyLease.Free;
        var uses = _ofKey.GetValue(key, Uses);
        var entered = 0;
        try
        {
            // In the order of their ids, as everybody does.
            for (; entered < uses.Length; entered++) Monitor.Enter(uses[entered]);
            var now = (long)clock.GetElapsedTime(_began).TotalMilliseconds;
            var quarter = now / SlidingMinute.QuarterMs;
            var (longest, reason) = (-1L, LimitReason.None);
            LimitedScope? refusing = null;
            for (var i = 0; i < uses.Length; i++)
            {
                uses[i].Minute.Advance(quarter);
                if (uses[i].Refuses(key.Limits[i].Limit, expectedTokens, quarter) is not { Reason: not LimitReason.None } fault || fault.FreeAt <= longest) continue;
                (longest, reason, refusing) = (fault.FreeAt, fault.Reason, key.Limits[i]);
            }

            if (refusing is null)
            {
                foreach (var use in uses) use.Count(quarter, expectedTokens);
                return new KeyLease(uses, expectedTokens, quarter, LimitFigures.Of(key.Limits, uses, now));
            }

            var wait = reason == LimitReason.Concurrency ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds((longest * SlidingMinute.QuarterMs) - now);
            refusal = Refuse(refusing, reason, wait);
            return new KeyLease(None, 0, 0, LimitFigures.Of(key.Limits, uses, now));
        }
        finally
        {
            while (entered > 0) Monitor.Exit(uses[--entered]);
        }
    }

    private ScopeUse[] Uses(KeySnapshot key) => [.. key.Limits.Select(scope => _uses.GetOrAdd(scope.Id, static _ => new ScopeUse()))];

    private static GatewayRefusal Refuse(LimitedScope scope, LimitReason reason, TimeSpan wait)
    {
        var (what, limit) = reason switch
        {
            LimitReason.Requests => ("requests per minute", scope.Limit.Rpm),
            LimitReason.Tokens => ("tokens per minute", scope.Limit.Tpm),
            LimitReason.Concurrency => ("calls at a time", scope.Limit.Concurrency),
            LimitReason.None => throw new ArgumentOutOfRangeException(nameof(reason)),
        };
        var whose = scope.Kind switch { LimitKind.Key => "key", LimitKind.User => "user", LimitKind.Team => "team", LimitKind.Organization => "organization" };
        return GatewayFailures.Refuse(GatewayFailure.RateLimited, $"the {whose} '{scope.Name}'", what, limit) with { RetryAfter = wait };
    }
}

/// <summary>Which limit is reached.</summary>
internal enum LimitReason { None, Requests, Tokens, Concurrency }

/// <summary>The counters of one scope; its monitor guards them.</summary>
internal sealed class ScopeUse
{
    public SlidingMinute Minute { get; } = new();

    public int Running { get; private set; }

    /// <summary>Why one more call must wait, and the quarter until which.</summary>
    public (LimitReason Reason, long FreeAt) Refuses(Core.Tenancy.RateLimit limit, long expectedTokens, long quarter)
    {
        if (limit.Rpm is { } rpm && Minute.Requests + 1 > rpm) return (LimitReason.Requests, Minute.FreeAt(Minute.Requests + 1 - rpm, 0, quarter));
        // A single call larger than the whole limit may pass alone, or it could never be made.
        if (limit.Tpm is { } tpm && Minute.Tokens > 0 && Minute.Tokens + expectedTokens > tpm)
            return (LimitReason.Tokens, Minute.FreeAt(0, Math.Min(Minute.Tokens, Minute.Tokens + expectedTokens - tpm), quarter));
        return limit.Concurrency is { } most && Running + 1 > most ? (LimitReason.Concurrency, 0) : (LimitReason.None, 0);
    }

    public void Count(long quarter, long tokens)
    {
        Minute.Add(quarter, tokens);
        Running++;
    }

    public void Leave(long quarter, long difference)
    {
        Running--;
        Minute.Correct(quarter, difference);
    }
}

/// <summary>A call's place within the limits over its key; given back once.</summary>
internal sealed class KeyLease(ScopeUse[] uses, long expectedTokens, long quarter, LimitFigures figures)
{
    private int _left;

    public static KeyLease Free { get; } = new([], 0, 0, default);

    /// <summary>Replaces the expected tokens by the real ones.</summary>
    public void Leave(long actualTokens)
    {
        if (uses.Length == 0 || Interlocked.Exchange(ref _left, 1) != 0) return;
        foreach (var use in uses)
        {
            lock (use) use.Leave(quarter, actualTokens - expectedTokens);
        }
    }

    /// <summary><c>x-ratelimit-*</c> as OpenAI's clients read them.</summary>
    public void WriteHeaders(IHeaderDictionary headers) => figures.Write(headers);
}

using System.Globalization;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>How a limit stands after a call was counted, or refused.</summary>
/// <param name="ResetMs">Until nothing is counted, if nothing more comes.</param>
internal readonly record struct LimitFigure(long Limit, long Remaining, long ResetMs);

/// <summary>Of all limits over a key those that leave the least.</summary>
internal readonly record struct LimitFigures(LimitFigure? Requests, LimitFigure? Tokens)
{
    public static LimitFigures Of(IReadOnlyList<LimitedScope> scopes, ScopeUse[] uses, long nowMs)
    {
        LimitFigure? requests = null, tokens = null;
        for (var i = 0; i < uses.Length; i++)
        {
            var (limit, minute) = (scopes[i].Limit, uses[i].Minute);
            if (limit is { Rpm: null, Tpm: null }) continue;
            var reset = (minute.EmptyAt(nowMs / SlidingMinute.QuarterMs) * SlidingMinute.QuarterMs) - nowMs;
            if (limit.Rpm is { } rpm) requests = Tighter(requests, new LimitFigure(rpm, Math.Max(0, rpm - minute.Requests), Math.Max(0, reset)));
            if (limit.Tpm is { } tpm) tokens = Tighter(tokens, new LimitFigure(tpm, Math.Max(0, tpm - minute.Tokens), Math.Max(0, reset)));
        }

        return new LimitFigures(requests, tokens);
    }

    public void Write(IHeaderDictionary headers)
    {
        if (Requests is { } requests)
        {
            headers["x-ratelimit-limit-requests"] = Number(requests.Limit);
            headers["x-ratelimit-remaining-requests"] = Number(requests.Remaining);
            headers["x-ratelimit-reset-requests"] = Seconds(requests.ResetMs);
        }

        if (Tokens is not { } tokens) return;
        headers["x-ratelimit-limit-tokens"] = Number(tokens.Limit);
        headers["x-ratelimit-remaining-tokens"] = Number(tokens.Remaining);
        headers["x-ratelimit-reset-tokens"] = Seconds(tokens.ResetMs);
    }

    private static LimitFigure Tighter(LimitFigure? one, LimitFigure other) => one is { } first && first.Remaining <= other.Remaining ? first : other;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long ms) => string.Create(CultureInfo.InvariantCulture, $"{(ms + 999) / 1000}s");
}

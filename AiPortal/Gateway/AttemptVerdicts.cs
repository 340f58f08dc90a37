using System.Globalization;
using AiPortal.Core.Gateway;
using AiPortal.Core.Routing.Health;

namespace AiPortal.Gateway;

/// <summary>What the end of an attempt says about its account. A caller's own mistake says nothing.</summary>
internal static class AttemptVerdicts
{
    private static readonly string[] QuotaWords = ["quota", "credit", "spend_limit", "usage_limit", "billing"];

    /// <param name="refusal">Null after a good answer.</param>
    public static AttemptVerdict Of(GatewayRefusal? refusal, CallAttempt? attempt) => refusal?.Failure switch
    {
        null => AttemptVerdict.Succeeded,
        GatewayFailure.UpstreamRefused when refusal.UpstreamStatus == 429 => IsQuota(refusal) ? AttemptVerdict.QuotaGone : AttemptVerdict.RateLimited,
        GatewayFailure.UpstreamAuthFailed => attempt?.Outcome?.UpstreamStatus is 402 or 429 ? AttemptVerdict.QuotaGone : AttemptVerdict.CredentialRefused,
        GatewayFailure.UpstreamUnreachable => AttemptVerdict.Unreachable,
        GatewayFailure.UpstreamTimeout => AttemptVerdict.TimedOut,
        GatewayFailure.UpstreamError or GatewayFailure.UpstreamOverloaded or GatewayFailure.UpstreamGarbled or GatewayFailure.UpstreamCut => AttemptVerdict.Failed,
        _ => AttemptVerdict.Neutral,
    };

    /// <summary>The provider's status, else what happened, in one word.</summary>
    public static string? Detail(GatewayRefusal? refusal, CallAttempt? attempt) => refusal switch
    {
        null => null,
        _ when attempt?.Outcome?.UpstreamStatus is { } status and not 200 => status.ToString(CultureInfo.InvariantCulture),
        _ => refusal.Code,
    };

    private static bool IsQuota(GatewayRefusal refusal) => Array.Exists(QuotaWords, word => Has(refusal.UpstreamCode, word) || Has(refusal.UpstreamType, word));

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.Ordinal) == true;
}

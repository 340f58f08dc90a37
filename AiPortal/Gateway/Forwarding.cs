using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// Step 5: the attempts in order until one answers, only while nothing has reached the caller. Before each further attempt the last
/// is closed and the next is held anew; a refused hold ends it.
/// </summary>
internal sealed class Forwarding(UpstreamCalls upstream, Admission admission, Settling settling, ILogger<Forwarding> logger)
{
    private const int MaxAttempts = 4;

    public async Task<GatewayRefusal?> ForwardAsync(GatewayCall call)
    {
        for (var index = 0; ; index++)
        {
            var plan = call.Plan[index];
            CallAttempt? attempt = null;
            var refusal = UpstreamCalls.Prepare(call, plan, out var prepared);
            if (refusal is null)
            {
                using (prepared)
                {
                    try
                    {
                        attempt = settling.Open(call, plan);
                    }
                    catch (JournalUnavailableException fault)
                    {
                        logger.LogError("The journal takes no call: {Fault}", fault.Message);
                        return GatewayFailures.Refuse(GatewayFailure.Overloaded);
                    }

                    refusal = await upstream.MakeAsync(call, attempt, prepared!);
                }
            }
            else
            {
                call.Held!.Hold.Release();
                call.Held = null;
            }

            var next = refusal is not null && MayTryNext(call, refusal) && index + 1 < Math.Min(call.Plan.Count, MaxAttempts);
            if (next && await admission.HoldAsync(call, call.Plan[index + 1]) is { } noHold) (next, refusal) = (false, noHold);
            if (attempt is not null) settling.Record(attempt, final: !next);
            if (!next) return refusal;
            logger.LogInformation("Call {Call}: attempt {Attempt} at {Provider} failed with {Failure}; the next is made", call.RequestId, index + 1, plan.Account.Name, refusal!.Failure);
        }
    }

    private static bool MayTryNext(GatewayCall call, GatewayRefusal refusal) =>
        !call.CallerLeft && !call.Context.Response.HasStarted
        && (refusal.Failure != GatewayFailure.UpstreamRefused || refusal.UpstreamStatus is 404 or 429)
        && refusal.Failure != GatewayFailure.BodyInvalid;
}

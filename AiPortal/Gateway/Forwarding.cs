using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Routing.Health;

namespace AiPortal.Gateway;

/// <summary>
/// Step 5: the attempts in order until one answers, only while nothing has reached the caller. Before each further attempt the last
/// is closed and the next is held anew; a refused hold ends it, or sends it to the budget's cheaper model.
/// </summary>
internal sealed class Forwarding(
    UpstreamCalls upstream, Admission admission, Settling settling, ResponsePins pins, GatewayOptions options, TimeProvider clock, ILogger<Forwarding> logger)
{
    public async Task<GatewayRefusal?> ForwardAsync(GatewayCall call)
    {
        var steps = new AttemptSteps(call, clock);
        var use = steps.First(out var wait);
        try
        {
            if (use is null) return CallRouting.AtLimit(call.Model, wait);
            // Admission held for the first of the plan; where that has no room by now, its hold makes way for that of another.
            if (steps.Index > 0) Release(call);
            CallAttempt? attempt = null;
            GatewayRefusal? refusal = null;
            while (true)
            {
                while (use is not null && call.Held is null && await admission.HoldAsync(call, steps.Plan) is { } noHold)
                {
                    use.Leave(AttemptVerdict.Neutral);
                    (use, refusal) = (Cheaper(call, steps, noHold), noHold);
                }

                if (attempt is not null) settling.Record(attempt, final: use is null);
                if (use is null) return refusal;
                if (refusal is not null)
                    logger.LogInformation("Call {Call}: after {Failure} the next attempt is made at {Provider}", call.RequestId, refusal.Failure, steps.Plan.Account.Name);
                (attempt, refusal) = await MakeAsync(call, steps, use);
                Tell(call, use, attempt, refusal);
                use = refusal is null ? null : await steps.NextAsync(attempt, refusal);
            }
        }
        finally
        {
            use?.Leave(AttemptVerdict.Neutral);
        }
    }

    /// <summary>A place at the cheaper model which a budget without room for a further attempt names, once a call; null where there is none.</summary>
    private AccountUse? Cheaper(GatewayCall call, AttemptSteps steps, GatewayRefusal refusal)
    {
        if (call.DowngradedTo is not null || refusal.DowngradeTo is not { } model || model == call.Model) return null;
        call.DowngradedTo = model;
        if ((CallRouting.Route(call) ?? pins.Narrow(call)) is null)
        {
            // Who has just failed is asked last, and what this model answers is no answer to the request as it came.
            call.Plan = [.. call.Plan.OrderBy(plan => call.Attempts.Exists(made => made.Plan.Account.Id == plan.Account.Id))];
            call.Recording = null;
            if (steps.Anew() is { } use) return use;
        }

        call.DowngradedTo = null;
        return null;
    }

    /// <summary>Without an attempt nothing was sent: the provider's dialect cannot express the request, or the journal takes none.</summary>
    private async Task<(CallAttempt? Attempt, GatewayRefusal? Refusal)> MakeAsync(GatewayCall call, AttemptSteps steps, AccountUse use)
    {
        if (UpstreamCalls.Prepare(call, steps.Plan, out var prepared) is { } unspoken)
        {
            Release(call);
            return (null, unspoken);
        }

        using (prepared)
        {
            try
            {
                var attempt = settling.Open(call, steps.Plan);
                attempt.Use = use;
                attempt.MayHurry = steps.HasOthers;
                attempt.Wait = Least(options.Headers, steps.Left, steps.HasOthers ? use.Patience : null);
                return (attempt, await upstream.MakeAsync(call, attempt, prepared!));
            }
            catch (JournalUnavailableException fault)
            {
                logger.LogError("The journal takes no call: {Fault}", fault.Message);
                return (null, GatewayFailures.Refuse(GatewayFailure.Overloaded));
            }
        }
    }

    private static void Tell(GatewayCall call, AccountUse use, CallAttempt? attempt, GatewayRefusal? refusal)
    {
        use.Leave(AttemptVerdicts.Of(refusal, attempt), refusal?.RetryAfter, attempt?.Outcome?.Usage.Total ?? 0, AttemptVerdicts.Detail(refusal, attempt));
        if (refusal is null) call.Key!.Organization.Retries.Succeeded();
    }

    private static void Release(GatewayCall call)
    {
        call.Held?.Hold.Release();
        call.Held = null;
    }

    private static TimeSpan Least(TimeSpan headers, TimeSpan left, TimeSpan? probe)
    {
        var least = headers < left ? headers : left;
        if (probe is { } patience && patience < least) least = patience;
        return least > TimeSpan.FromMilliseconds(1) ? least : TimeSpan.FromMilliseconds(1);
    }
}

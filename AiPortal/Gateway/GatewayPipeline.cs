using AiPortal.Core.Gateway;
using AiPortal.Gateway.Caching;

namespace AiPortal.Gateway;

/// <summary>
/// A call's way, from the application on the left to the provider on the right and back:
/// 1 authenticate: which key, may it be used, from here;
/// 2 read: the body once, as bytes, and what admission must know of it; an answer already given under the caller's idempotency
///   key is given again and ends the way here;
/// 3 route: the attempts it may make, in order; where the key wants it and an equal request was answered, that answer is the one;
/// 4 admit: limits, then a hold on every budget over the key; one that downgrades sends the call back to 3, once;
/// 5 forward: give the answer there is, or try the attempts until one answers, only while nothing has reached the caller;
/// 6 meter: usage from the answer, without holding it back;
/// 7 settle: whatever happened, price it, journal it, give back what was held. Nobody can cancel this.
/// </summary>
internal sealed class GatewayPipeline(
    KeyAuthentication authentication, BodyReading reading, Admission admission, Forwarding forwarding, Settling settling, CallAnswers answers, Replaying replays,
    ResponsePins pins, RepeatedAnswers repeats)
{
    public async Task RunAsync(HttpContext context, GatewayOperation operation, CallTarget target)
    {
        var call = settling.Begin(context, operation, target);
        try
        {
            var refusal = authentication.Authenticate(call)     // 1
                ?? await reading.ReadAsync(call)                // 2
                ?? await replays.TakeAsync(call);
            if (call.Replay is null)
            {
                refusal ??= await RouteAndAdmitAsync(call)      // 3 and 4
                    ?? await AnswerAsync(call);                 // 5 and 6
            }

            if (refusal is not null) await answers.RefuseAsync(call, refusal);
            else if (call.Replay is { } replay) await CallAnswers.ReplayAsync(call, replay);
        }
        catch (Exception fault) when (!call.CallerLeft)
        {
            await answers.FailAsync(call, fault);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            call.Refusal ??= GatewayFailures.Refuse(GatewayFailure.CallerLeft);
        }
        finally
        {
            settling.End(call);                                 // 7
            await replays.FinishAsync(call);
        }
    }

    private async ValueTask<GatewayRefusal?> RouteAndAdmitAsync(GatewayCall call)
    {
        var refusal = Route(call) ?? await admission.AdmitAsync(call);
        if (refusal?.DowngradeTo is not { } model || model == call.Model) return refusal;
        call.DowngradedTo = model;
        if (Route(call) is null) return await admission.AdmitAsync(call);
        // The key may not use the cheaper model, or nobody serves it: then the budget's own refusal stands.
        call.DowngradedTo = null;
        return refusal;
    }

    private GatewayRefusal? Route(GatewayCall call)
    {
        if ((CallRouting.Route(call) ?? pins.Narrow(call)) is { } refusal) return refusal;
        repeats.Look(call);
        return null;
    }

    private async Task<GatewayRefusal?> AnswerAsync(GatewayCall call)
    {
        if (call.Repeat is not null) return await repeats.GiveAsync(call);
        if (await forwarding.ForwardAsync(call) is { } refusal) return refusal;
        repeats.Keep(call);
        return null;
    }
}

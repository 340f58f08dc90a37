using AiPortal.Core.Gateway;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>Step 3: the attempts this call may make, in order.</summary>
internal static class CallRouting
{
    private const long UsualOutput = 300;

    public static GatewayRefusal? Route(GatewayCall call)
    {
        var (model, scan) = (call.Model, call.Scan!);
        var (input, output) = (TokenEstimate.Input(scan), Math.Min(scan.MaxOutput ?? UsualOutput, UsualOutput) * scan.Choices);
        call.ExpectedTokens = input + output;
        var plan = AttemptPlanner.Plan(call.Snapshot, call.Key!, new PlanQuestion(model, call.StartedAt)
        {
            Speaks = call.Operation.Speaks,
            Streamed = scan.Stream,
            Body = call.Bytes,
            InputTokens = input,
            OutputTokens = output,
            Chance = (ulong)Random.Shared.NextInt64(),
        });
        (call.Plan, call.Route, call.IsForced) = (plan.Attempts, plan.Route, plan.Forced);
        if (plan.Refusal is not { } refusal) return null;
        return refusal == PlanRefusal.AccountsAtLimit
            ? AtLimit(model, plan.Wait)
            : GatewayFailures.Refuse(FailureOf(refusal), model) with { Param = "model" };
    }

    /// <summary>No account that serves the model has room.</summary>
    public static GatewayRefusal AtLimit(string model, TimeSpan wait) =>
        GatewayFailures.Refuse(GatewayFailure.AccountsAtLimit, model) with { RetryAfter = wait };

    private static GatewayFailure FailureOf(PlanRefusal refusal) => refusal switch
    {
        PlanRefusal.ModelNotAllowed => GatewayFailure.ModelNotAllowed,
        PlanRefusal.ModelUnknown => GatewayFailure.ModelUnknown,
        PlanRefusal.ModelNotPriced => GatewayFailure.ModelNotPriced,
        PlanRefusal.AccountsAtLimit => GatewayFailure.AccountsAtLimit,
    };
}

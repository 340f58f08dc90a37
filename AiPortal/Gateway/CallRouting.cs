using AiPortal.Core.Gateway;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>Step 3: the attempts this call may make, in order.</summary>
internal static class CallRouting
{
    public static GatewayRefusal? Route(GatewayCall call)
    {
        var model = call.Model;
        var plan = AttemptPlanner.Plan(call.Snapshot, call.Key!, call.Operation.Speaks, model, call.StartedAt);
        call.Plan = plan.Attempts;
        return plan.Refusal is { } refusal ? GatewayFailures.Refuse(FailureOf(refusal), model) with { Param = "model" } : null;
    }

    private static GatewayFailure FailureOf(PlanRefusal refusal) => refusal switch
    {
        PlanRefusal.ModelNotAllowed => GatewayFailure.ModelNotAllowed,
        PlanRefusal.ModelUnknown => GatewayFailure.ModelUnknown,
        PlanRefusal.ModelNotPriced => GatewayFailure.ModelNotPriced,
    };
}

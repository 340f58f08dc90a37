using AiPortal.Core.Access;

namespace AiPortal.Core.Approvals.Policies;

/// <summary>What the policies in force want for a change.</summary>
internal sealed record PolicyMatch(ApprovalTrigger Trigger, IReadOnlyList<Approver> Steps, int ExpiresAfterHours)
{
    /// <summary>
    /// Of each kind the strictest policy that covers the change: most steps, then the highest amount, then the one for its environment.
    /// A change of several kinds needs the steps of each. Null where none holds.
    /// </summary>
    public static PolicyMatch? Of(IReadOnlyCollection<ApprovalTrigger> triggers, IReadOnlyCollection<ApprovalPolicy> policies)
    {
        var strictest = triggers
            .SelectMany(trigger => policies.Where(policy => policy.Covers(trigger)).Select(policy => (Trigger: trigger, Policy: policy)))
            .GroupBy(match => match.Trigger.Kind)
            .Select(kind => kind.OrderByDescending(match => match.Policy.Steps.Count).ThenByDescending(match => match.Policy.AboveAmount ?? -1)
                .ThenByDescending(match => match.Policy.EnvironmentId is not null).First())
            .ToList();
        return strictest.Count == 0 ? null : new PolicyMatch(
            strictest[0].Trigger, [.. strictest.SelectMany(match => match.Policy.Steps).Distinct()], strictest.Min(match => match.Policy.ExpiresAfterHours));
    }
}

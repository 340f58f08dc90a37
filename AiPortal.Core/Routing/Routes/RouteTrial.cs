using System.Buffers;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Routing.Health;

namespace AiPortal.Core.Routing.Routes;

/// <summary>A request that is only thought of.</summary>
/// <param name="KeyId">Null: any key without rules of its own.</param>
/// <param name="Body">The request in JSON, for routes that look at the prompt.</param>
public sealed record TrialQuestion(string Model, Guid? KeyId = null, ReadOnlyMemory<byte> Body = default);

/// <summary>An attempt that the call would make.</summary>
/// <param name="Measure">What the strategy went by, as <see cref="AttemptOrder.Measure"/>.</param>
public sealed record TrialAttempt(PlannedAttempt Attempt, AccountCondition Condition, double? Measure);

/// <summary>Where a request would go from this node now, and why.</summary>
/// <param name="Refusal">Null where there is an attempt to make.</param>
/// <param name="MaxAttempts">More than these are not made, whoever is left.</param>
public sealed record TrialAnswer(
    string Model, RouteSnapshot? Route, RouteStrategy Strategy, int MaxAttempts, bool Forced, PlanRefusal? Refusal,
    IReadOnlyList<TrialAttempt> Attempts, IReadOnlyList<SkippedAttempt> Skipped);

/// <summary>Plans a call by the same rules as the gateway, without making it.</summary>
public sealed class RouteTrial(SnapshotStore snapshots, TimeProvider clock)
{
    /// <summary>Refused for an unknown key or a model's name that cannot be one.</summary>
    public Outcome<TrialAnswer> Run(Guid organizationId, TrialQuestion asked)
    {
        var faults = new FieldFaults();
        faults.RequireText(asked.Model, "model", 256);
        var snapshot = snapshots.Current;
        if (!snapshot.Organizations.TryGetValue(organizationId, out var organization)) return Refusal.Missing("organization");
        var key = asked.KeyId is { } id ? Find(snapshot, organizationId, id) : AnyKey(organization);
        if (key is null) faults.Add("key_id", "There is no such key.");
        if (faults.Any) return faults.ToRefusal();

        var question = new PlanQuestion(asked.Model.Trim(), clock.GetUtcNow()) { Body = new ReadOnlySequence<byte>(asked.Body), Chance = (ulong)Random.Shared.NextInt64() };
        var skipped = new List<SkippedAttempt>();
        var plan = AttemptPlanner.Plan(snapshot, key!, question, skipped);
        var strategy = plan.Route?.Strategy ?? RouteStrategy.Priority;
        return new TrialAnswer(
            question.Model, plan.Route, strategy, plan.Route?.MaxAttempts ?? RouteDraft.StandardAttempts, plan.Forced && plan.Attempts.Any(IsIll), plan.Refusal,
            [.. plan.Attempts.Select(attempt => new TrialAttempt(attempt, attempt.Account.Health.Read(), AttemptOrder.Measure(attempt, strategy, question)))], skipped);
    }

    private static bool IsIll(PlannedAttempt attempt) => attempt.Account.Health.Read() is { State: not CircuitState.Closed } or { PausedUntil: not null };

    private static KeySnapshot? Find(PortalSnapshot snapshot, Guid organizationId, Guid id)
    {
        foreach (var grant in snapshot.Keys.Values)
            if (grant.Key.Id == id && grant.Key.Organization.Id == organizationId) return grant.Key;
        return null;
    }

    private static KeySnapshot AnyKey(OrganizationSnapshot organization) => new()
    {
        Id = Guid.Empty,
        Name = "",
        Organization = organization,
        Attribution = new Attribution(organization.Id),
        Status = KeyStatus.Active,
        ExpiresAt = null,
        Models = null,
        Addresses = IpRules.Any,
        Limits = [],
        Tags = new Dictionary<string, string>(),
        Budgets = [],
        HasBlockingBudget = false,
    };
}

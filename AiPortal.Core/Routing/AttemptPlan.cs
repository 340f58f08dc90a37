using System.Buffers;
using AiPortal.Core.Catalog;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;

namespace AiPortal.Core.Routing;

/// <summary>One attempt a call may make.</summary>
/// <param name="Price">What it will be priced by.</param>
/// <param name="Unpriced">No row is in force; <paramref name="Price"/> is what the organization's policy makes of that.</param>
public sealed record PlannedAttempt(AccountSnapshot Account, string UpstreamModel, Price Price, bool Unpriced)
{
    internal int Weight { get; init; } = 1;

    internal int Priority { get; init; }
}

/// <summary>What of a call its plan depends on.</summary>
/// <param name="At">The call's beginning; decides prices.</param>
public readonly record struct PlanQuestion(string Model, DateTimeOffset At)
{
    /// <summary>Whether what the caller asks for can be asked of accounts of a kind; null: of any.</summary>
    public Predicate<ProviderKind>? Speaks { get; init; }

    public bool Streamed { get; init; }

    /// <summary>The request as it came; read only where a route looks at the prompt.</summary>
    public ReadOnlySequence<byte> Body { get; init; }

    /// <summary>Expected input tokens, to compare costs.</summary>
    public long InputTokens { get; init; } = 1_000;

    /// <summary>Expected output tokens.</summary>
    public long OutputTokens { get; init; } = 300;

    /// <summary>Any number; two calls with the same one fall alike.</summary>
    public ulong Chance { get; init; }
}

/// <summary>Why a model leads nowhere.</summary>
public enum PlanRefusal
{
    ModelNotAllowed,
    ModelUnknown,
    ModelNotPriced,

    /// <summary>Every account that serves it is at its own limits.</summary>
    AccountsAtLimit,
}

/// <summary>Why an account is not among a call's attempts.</summary>
public enum SkipReason
{
    /// <summary>The route names it, and it is disabled, removed or not usable.</summary>
    Disabled,

    /// <summary>It serves the keys of another environment.</summary>
    OtherEnvironment,
    NotServed,

    /// <summary>Accounts of its kind cannot be asked this.</summary>
    NotSpoken,
    NotPriced,
    CircuitOpen,
    ProbeRunning,
    Paused,
    AtLimit,
}

/// <summary>An account that is not among a call's attempts.</summary>
/// <param name="Account">Null where it is disabled or removed.</param>
/// <param name="Wait">How long that may last.</param>
public sealed record SkippedAttempt(Guid ProviderId, AccountSnapshot? Account, string? UpstreamModel, SkipReason Reason, TimeSpan Wait = default);

/// <summary>The attempts of a call in the order they are made, or the reason there is none.</summary>
public readonly record struct AttemptPlan(IReadOnlyList<PlannedAttempt> Attempts, PlanRefusal? Refusal)
{
    /// <summary>The route that made it; null where the accounts' own priorities did.</summary>
    public RouteSnapshot? Route { get; init; }

    /// <summary>None of the accounts is well: calls go through all the same, and show when one has healed.</summary>
    public bool Forced { get; init; }

    /// <summary>With <see cref="PlanRefusal.AccountsAtLimit"/>: when there may be room.</summary>
    public TimeSpan Wait { get; init; }
}

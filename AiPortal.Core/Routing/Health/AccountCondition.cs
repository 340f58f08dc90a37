namespace AiPortal.Core.Routing.Health;

/// <summary>How an account is doing, as this node sees it. Counts and rate are of the last five minutes, durations of the last fifteen.</summary>
/// <param name="Detail">The last failure in a few words: a status or an error code.</param>
/// <param name="Since">When the circuit opened; null while it is closed.</param>
/// <param name="ProbeAt">When a call may try it again; null while it is closed.</param>
/// <param name="PausedUntil">The provider asked to be left alone until then.</param>
/// <param name="Success">From 0 to 1; null without attempts.</param>
public sealed record AccountCondition(
    CircuitState State, CircuitReason Reason, string? Detail, DateTimeOffset? Since, DateTimeOffset? ProbeAt, DateTimeOffset? PausedUntil,
    int Running, int Attempts, int Failures, double? Success, Percentiles Latency, Percentiles FirstByte);

/// <summary>Whether a call may go to an account now, and if not why.</summary>
public enum Availability
{
    Available,
    CircuitOpen,

    /// <summary>Half open, and another call is the probe.</summary>
    ProbeRunning,

    /// <summary>The provider asked to be left alone for a while.</summary>
    Paused,

    /// <summary>The account's own limits leave no room.</summary>
    AtLimit,
}

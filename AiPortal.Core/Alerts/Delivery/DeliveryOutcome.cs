namespace AiPortal.Core.Alerts.Delivery;

/// <summary>How an attempt to deliver ended.</summary>
/// <param name="Error">Null where the receiver took it. For people; it holds nothing the receiver said.</param>
/// <param name="Final">Trying again is no use.</param>
/// <param name="RetryAfter">The receiver asked not to be tried before.</param>
public sealed record DeliveryOutcome(string? Error, bool Final = false, TimeSpan? RetryAfter = null)
{
    public static DeliveryOutcome Done { get; } = new((string?)null);

    /// <summary>The receiver said that it is gone for good.</summary>
    public bool Gone { get; init; }

    public bool Ok => Error is null;
}

/// <summary>When a delivery that failed is tried again.</summary>
internal static class RetrySchedule
{
    /// <summary>After the first failure, the second …; three days in all, then it is given up.</summary>
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The wait after so many failures, up to a tenth longer so that receivers are not hit by all at once; null: give up.</summary>
    public static TimeSpan? After(int failures, TimeSpan? asked)
    {
        if (failures > Delays.Length) return null;
        var delay = Delays[failures - 1] * (1 + Random.Shared.NextDouble() / 10);
        return asked is { } wait && wait > delay ? (wait < Delays[^1] ? wait : Delays[^1]) : delay;
    }
}

namespace AiPortal.Core.Budgets.Leases;

/// <summary>How nodes share budgets.</summary>
public sealed record LeaseOptions
{
    /// <summary>Shown for this process.</summary>
    public string Node { get; init; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>How long a node counts as alive, and may admit, after it was last heard by the database.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much earlier the node itself stops.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long other nodes may take to return what they do not hold.</summary>
    public TimeSpan Recall { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long one statement may take.</summary>
    public TimeSpan Statement { get; init; } = TimeSpan.FromMilliseconds(1_500);

    /// <summary>How long a call waits in all before it is told to come again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(1_800);
}

namespace AiPortal.Core.Ledger;

/// <summary>How the writer batches.</summary>
public sealed class LedgerWriterOptions
{
    /// <summary>Name of this process, kept beside its journal's position.</summary>
    public required string Node { get; init; }

    public int MaxBatch { get; init; } = 5_000;

    /// <summary>How long a batch waits for company.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Outcomes kept in memory while the database is away; beyond it they are read back from the journal.</summary>
    public int QueueCapacity { get; init; } = 20_000;

    /// <summary>First wait after a failure; doubled with each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where a test lets the writer fail.</summary>
    public FaultPoints Faults { get; init; } = FaultPoints.None;
}

/// <summary>A look at the writer.</summary>
/// <param name="Queued">Outcomes and call rows waiting in memory.</param>
/// <param name="FailingSince">UTC; since when the database has not taken a batch. Null while all is well.</param>
/// <param name="Parked">Entries that the database refuses for what they hold; they stay in the journal until somebody looks.</param>
/// <param name="CallsDropped">Log rows of refused calls given up because memory was full; the ledger is not concerned.</param>
/// <param name="LastCommitAt">UTC.</param>
public readonly record struct LedgerWriterState(
    int Queued, DateTimeOffset? FailingSince, int Parked, long CallsDropped, DateTimeOffset? LastCommitAt);

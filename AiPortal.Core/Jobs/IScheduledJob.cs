namespace AiPortal.Core.Jobs;

/// <summary>Work that is done again and again, by one node each time.</summary>
public interface IScheduledJob
{
    /// <summary>Never changes: runs are known by it.</summary>
    string Name { get; }

    /// <summary>How far its due times are apart; they are multiples of it since year 1, UTC.</summary>
    TimeSpan Every { get; }

    /// <summary>Does it; what it answers is kept with the run. A run that throws is a failed one, and the next due time tries again.</summary>
    Task<string> RunAsync(CancellationToken token);
}

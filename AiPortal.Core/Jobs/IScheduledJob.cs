namespace AiPortal.Core.Jobs;

/// <summary>Work that is done again and again, by one node of all each time.</summary>
public interface IScheduledJob
{
    /// <summary>Never changes: the schedule and the history of its runs are kept by it.</summary>
    string Name { get; }

    /// <summary>How far its due times are apart, the first being when it is first known.</summary>
    TimeSpan Every { get; }

    /// <summary>Does it; what it answers is kept with the run. A run that throws is a failed one, and the next due time tries again.</summary>
    Task<string> RunAsync(CancellationToken token);
}

namespace AiPortal.Core.Routing.Health;

/// <summary>Attempts by what they said of their account; safe from any thread.</summary>
internal sealed class AttemptCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<AttemptVerdict>().Length];

    public void Add(AttemptVerdict verdict) => Interlocked.Increment(ref _counts[(int)verdict]);

    public long Of(AttemptVerdict verdict) => Interlocked.Read(ref _counts[(int)verdict]);
}

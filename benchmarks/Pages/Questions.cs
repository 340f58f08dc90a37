using System.Diagnostics;

namespace AiPortal.Benchmarks.Pages;

/// <summary>Counts what is asked of the database from here on by whoever asks in this flow; the portal's own work beside it does not count.</summary>
internal sealed class Questions : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly Activity _flow = new("page");
    private int _count;
    private int _running;
    private long _ticks;

    public Questions()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity =>
            {
                if (!IsOurs(activity)) return;
                Interlocked.Increment(ref _count);
                Interlocked.Increment(ref _running);
            },
            ActivityStopped = activity =>
            {
                if (!IsOurs(activity)) return;
                Interlocked.Decrement(ref _running);
                Interlocked.Add(ref _ticks, activity.Duration.Ticks);
            },
        };
        ActivitySource.AddActivityListener(_listener);
        Activity.Current = null;
        _flow.Start();
    }

    public int Count => _count;

    public bool Running => _running > 0;

    public double Milliseconds => TimeSpan.FromTicks(_ticks).TotalMilliseconds;

    public void Dispose()
    {
        _flow.Dispose();
        _listener.Dispose();
    }

    private bool IsOurs(Activity activity) => activity.Source.Name == "Npgsql" && activity.TraceId == _flow.TraceId;
}

namespace AiPortal.Gateway;

/// <summary>
/// How long an attempt may go on. A stream ends with its caller at once; a plain call is read on for a while after he left, for its
/// exact usage.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _leaving;
    private readonly GatewayCall _call;
    private readonly TimeSpan _afterLeft;
    private readonly bool _streamed;
    private bool _left;
    private bool _ended;

    public Patience(GatewayCall call, bool streamed, GatewayOptions options)
    {
        _call = call;
        _source = call.PortalEnds.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(call.PortalEnds) : new CancellationTokenSource();
        _afterLeft = options.AfterCallerLeft;
        _streamed = streamed;
        // Runs at once where he has left already.
        _leaving = call.Context.RequestAborted.UnsafeRegister(static (state, _) => ((Patience)state!).CallerLeaves(), this);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The caller left, rather than the provider being slow.</summary>
    public bool EndedByCaller => _call.CallerLeft;

    /// <summary>The portal stops and can wait no longer.</summary>
    public bool EndedByPortal => _call.PortalEnds.IsCancellationRequested;

    /// <summary>Counts anew from now, as after each piece that came.</summary>
    public void Allow(TimeSpan time)
    {
        lock (_source)
        {
            if (!_left) _source.CancelAfter(time);
        }
    }

    /// <summary>The same from another call's thread, which may come too late.</summary>
    public void Hurry(TimeSpan time)
    {
        lock (_source)
        {
            if (!_left && !_ended) _source.CancelAfter(time);
        }
    }

    /// <summary>The caller is slow to take what there is: no time of the provider's.</summary>
    public void Pause() => Allow(Timeout.InfiniteTimeSpan);

    private void CallerLeaves()
    {
        lock (_source)
        {
            if (_left) return;
            _left = true;
            if (!_streamed) _source.CancelAfter(_afterLeft);
        }

        if (_streamed) _source.Cancel();
    }

    public void Dispose()
    {
        lock (_source) _ended = true;
        _leaving.Dispose();
        _source.Dispose();
    }
}

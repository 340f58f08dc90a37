namespace AiPortal.Gateway;

/// <summary>
/// How long an attempt may go on. A stream ends with its caller at once; a plain call is read on for a while after he left, for its
/// exact usage.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _leaving;
    private readonly GatewayCall _call;
    private readonly TimeSpan _afterLeft;
    private bool _left;

    public Patience(GatewayCall call, bool streamed, GatewayOptions options)
    {
        _call = call;
        _afterLeft = options.AfterCallerLeft;
        _leaving = call.Context.RequestAborted.UnsafeRegister(static (state, _) => ((Patience)state!).CallerLeaves(), this);
        _streamed = streamed;
        if (call.CallerLeft) CallerLeaves();
    }

    private readonly bool _streamed;

    public CancellationToken Token => _source.Token;

    /// <summary>The caller left, rather than the provider being slow.</summary>
    public bool EndedByCaller => _call.CallerLeft;

    /// <summary>Counts anew from now, as after each piece that came.</summary>
    public void Allow(TimeSpan time)
    {
        lock (_source)
        {
            if (!_left) _source.CancelAfter(time);
        }
    }

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
        _leaving.Dispose();
        _source.Dispose();
    }
}

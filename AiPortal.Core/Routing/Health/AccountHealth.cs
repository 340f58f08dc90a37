namespace AiPortal.Core.Routing.Health;

/// <summary>
/// What this node has lately seen of one account: its circuit, how soon it answers, what runs there. An account is out when in ten seconds
/// three attempts in a row failed and none was good, or five and three in ten of all; or when five answers and half of all are slow or still
/// awaited when they should long have begun. Safe from any thread; nothing here waits.
/// </summary>
public sealed class AccountHealth
{
    private const int WatchEveryMs = 250;
    private const long ProvenMs = 600_000;
    private const int LeastExtras = 20;
    private const long LongestPauseMs = 60_000;
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly Action? _changed;
    private readonly Circuit _circuit = new();
    private readonly OutcomeWindow _seconds = new(10, 1_000);
    private readonly OutcomeWindow _minutes = new(30, 10_000);
    private readonly LatencySamples _latencies = new();
    private readonly LatencySamples _firstBytes = new();
    private readonly LimitUse _limits = new();
    private readonly Dictionary<(string Model, bool Streamed), Pace> _paces = [];
    private readonly AwaitedAnswers _awaited = new();
    private string? _detail;
    private int _running;
    private int _extras;
    private int _row;
    private int _pressed;
    private long _pausedUntil;
    private long _okAt = long.MinValue / 2;
    private long _watchedAt = long.MinValue / 2;

    /// <param name="changed">Told whenever something has changed; must be quick and must not throw.</param>
    public AccountHealth(TimeProvider clock, Action? changed = null) => (_clock, _origin, _changed) = (clock, clock.GetTimestamp(), changed);

    /// <summary>Attempts that were made since the start, by what they said; read by metrics.</summary>
    internal AttemptCounts Counts { get; } = new();

    /// <summary>Calls now at the account.</summary>
    public int Running => Volatile.Read(ref _running);

    private long Now => (long)_clock.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>Whether a call may go there, and else how long that may last.</summary>
    public (Availability Can, TimeSpan Wait) Check(in AccountLimits limits, long expectedTokens = 0)
    {
        List<(AccountUse, TimeSpan)>? stuck;
        (Availability, TimeSpan) answer;
        lock (_lock)
        {
            var now = Now;
            stuck = Watch(now);
            answer = Check(limits, expectedTokens, now);
        }

        Tell(stuck);
        return answer;
    }

    /// <summary>Takes a place for one attempt; null where the account may not be used now.</summary>
    /// <param name="force">Nobody else serves it: only the account's own limits can stand in the way.</param>
    /// <param name="extra">Not the first attempt of its call.</param>
    public AccountUse? Enter(in AccountLimits limits, string model, bool streamed, long expectedTokens, bool force, bool extra, out TimeSpan wait)
    {
        lock (_lock)
        {
            var now = Now;
            var (can, until) = Check(limits, expectedTokens, now);
            wait = until;
            if (can == Availability.AtLimit || (can != Availability.Available && !force)) return null;
            var probe = _circuit.TakeProbe(now);
            if (!limits.IsNone) _limits.Take(expectedTokens, now);
            _running++;
            if (extra) _extras++;
            if (!_paces.TryGetValue((model, streamed), out var pace)) _paces[(model, streamed)] = pace = new Pace();
            var use = new AccountUse(this, pace, now, probe, extra, expectedTokens, _limits.Window);
            _awaited.Add(use);
            return use;
        }
    }

    /// <summary>
    /// Whether further attempts may go there without counting against the retry budget: the last it was asked it answered, or it has not been
    /// asked for long, and not too many are trying that already.
    /// </summary>
    public bool IsProven
    {
        get
        {
            lock (_lock)
            {
                var now = Now;
                return _circuit.IsClosed && _row == 0 && _extras < (now - _okAt < ProvenMs ? Math.Max(LeastExtras, _seconds.Read(now).Ok) : 1);
            }
        }
    }

    /// <summary>Whether something is under way there that may prove it.</summary>
    public bool MayProve
    {
        get
        {
            lock (_lock) return _circuit.IsClosed && _row == 0 && _running > 0;
        }
    }

    /// <summary>Milliseconds until it usually begins to answer, of late; null where that is not known.</summary>
    public double? TypicalMs(string model, bool streamed)
    {
        lock (_lock) return _paces.TryGetValue((model, streamed), out var pace) ? pace.RecentMs(Now) : null;
    }

    /// <summary>Good attempts and all attempts of the last five minutes.</summary>
    public (int Good, int All) Outcomes
    {
        get
        {
            lock (_lock)
            {
                var counts = _minutes.Read(Now);
                return (counts.Ok, counts.Total);
            }
        }
    }

    public AccountCondition Read()
    {
        lock (_lock)
        {
            var (now, at) = (Now, _clock.GetUtcNow());
            var counts = _minutes.Read(now);
            var open = !_circuit.IsClosed;
            return new AccountCondition(
                _circuit.StateAt(now), _circuit.Reason, open || _pausedUntil > now ? _detail : null,
                open ? at.AddMilliseconds(_circuit.Since - now) : null, open ? at.AddMilliseconds(_circuit.Until - now) : null,
                _pausedUntil > now ? at.AddMilliseconds(_pausedUntil - now) : null,
                _running, counts.Total, counts.Failed, counts.Total == 0 ? null : (double)counts.Ok / counts.Total, _latencies.Read(now), _firstBytes.Read(now));
        }
    }

    /// <summary>Somebody asked the vendor for its models: where that went well, the next call may be a probe.</summary>
    public void Checked(bool ok)
    {
        lock (_lock)
        {
            if (ok) _circuit.AllowProbe(Now);
        }

        _changed?.Invoke();
    }

    internal void FirstByte(AccountUse use)
    {
        List<(AccountUse, TimeSpan)>? stuck;
        lock (_lock)
        {
            if (use.Answered) return;
            var now = Now;
            // A stream may go on for minutes; that it began is what a probe asks.
            if (!Answered(use, now) && use.IsProbe) _circuit.Good(now, probe: true);
            stuck = Watch(now);
        }

        Tell(stuck);
    }

    internal void Leave(AccountUse use, AttemptVerdict verdict, TimeSpan? retryAfter, long tokens, string? detail)
    {
        List<(AccountUse, TimeSpan)>? stuck;
        lock (_lock)
        {
            var now = Now;
            _running--;
            _limits.Correct(use.Window, use.ExpectedTokens, tokens);
            Counts.Add(verdict);
            if (verdict == AttemptVerdict.Succeeded) Succeeded(use, now);
            else Failed(use, verdict, retryAfter, detail, now);
            if (!use.Answered) End(use);
            stuck = Watch(now);
        }

        _changed?.Invoke();
        Tell(stuck);
    }

    private void Succeeded(AccountUse use, long now)
    {
        _latencies.Add(now, now - use.StartMs);
        _seconds.Ok(now);
        _minutes.Ok(now);
        (_row, _pressed, _okAt) = (0, 0, now);
        // A stream that was the probe has told by its beginning.
        if (use.Answered && use.IsProbe) return;
        if (use.Answered || !Answered(use, now)) _circuit.Good(now, use.IsProbe);
    }

    private void Failed(AccountUse use, AttemptVerdict verdict, TimeSpan? retryAfter, string? detail, long now)
    {
        if (verdict == AttemptVerdict.Neutral)
        {
            Unheard(use, now);
            return;
        }

        _detail = detail ?? _detail;
        if (verdict == AttemptVerdict.RateLimited)
        {
            if (use.IsProbe) _circuit.GiveBack();
            var asked = retryAfter is { } wait ? (long)wait.TotalMilliseconds : 1_000L << Math.Min(_pressed, 5);
            _pressed++;
            _pausedUntil = Math.Max(_pausedUntil, now + Math.Clamp(asked, 0, LongestPauseMs));
            return;
        }

        _seconds.Failed(now);
        _minutes.Failed(now);
        _row++;
        var reason = CircuitReasons.Of(verdict);
        if (!_circuit.IsClosed) _circuit.Bad(now, reason, use.IsProbe);
        else if (reason == CircuitReason.Quota || _seconds.Read(now).IsFailing(_row)) Open(now, reason);
    }

    /// <summary>A caller who left before anything came says something only where he waited too long.</summary>
    private void Unheard(AccountUse use, long now)
    {
        if (use.IsProbe) _circuit.GiveBack();
        if (use.Answered || use.Pace.SlowMs is not { } limit || now - use.StartMs <= limit) return;
        _seconds.FirstByte(now);
        _seconds.Slow(now);
        _circuit.Bad(now, CircuitReason.Slow, use.IsProbe);
    }

    private (Availability Can, TimeSpan Wait) Check(in AccountLimits limits, long expectedTokens, long now)
    {
        if (!limits.IsNone && _limits.Wait(limits, _running, expectedTokens, now) is > 0 and var full) return (Availability.AtLimit, TimeSpan.FromMilliseconds(full));
        if (!_circuit.MayPass(now))
        {
            return _circuit.Probing ? (Availability.ProbeRunning, TimeSpan.FromSeconds(1))
                : (Availability.CircuitOpen, TimeSpan.FromMilliseconds(Math.Max(0, _circuit.Until - now)));
        }

        return _pausedUntil > now ? (Availability.Paused, TimeSpan.FromMilliseconds(_pausedUntil - now)) : (Availability.Available, default);
    }

    private void Open(long now, CircuitReason reason)
    {
        _circuit.Open(now, reason);
        _seconds.Clear();
    }

    /// <summary>True where it was slow.</summary>
    private bool Answered(AccountUse use, long now)
    {
        use.Answered = true;
        use.Hurry = null;
        End(use);
        var waited = now - use.StartMs;
        _firstBytes.Add(now, waited);
        _seconds.FirstByte(now);
        if (!use.Pace.Note(waited, now, use.IsProbe)) return false;
        _seconds.Slow(now);
        _circuit.Bad(now, CircuitReason.Slow, use.IsProbe);
        return true;
    }

    /// <summary>Looks at what is awaited, now and then.</summary>
    private List<(AccountUse, TimeSpan)>? Watch(long now)
    {
        if (now - _watchedAt < WatchEveryMs) return null;
        _watchedAt = now;
        return Judge(now);
    }

    /// <summary>Opens the circuit of a slow account; the calls stuck there are told how long to wait yet.</summary>
    private List<(AccountUse, TimeSpan)>? Judge(long now)
    {
        if (!_circuit.IsClosed) return null;
        if (!_seconds.Read(now).IsSlow(_seconds.Read(now, last: 5), _awaited.Late(now))) return null;
        _detail = null;
        Open(now, CircuitReason.Slow);
        return _awaited.Stuck(now);
    }

    private void Tell(List<(AccountUse Use, TimeSpan Wait)>? stuck)
    {
        if (stuck is null) return;
        _changed?.Invoke();
        foreach (var (use, wait) in stuck) use.Hurry?.Invoke(wait);
    }

    private void End(AccountUse use)
    {
        if (use.IsExtra) _extras--;
        _awaited.Remove(use);
    }
}

namespace AiPortal.Gateway;

/// <summary>
/// What was counted in the last 60 seconds, to a quarter of a second: two bursts about the turn of a minute do not pass a limit held
/// against it. Keeps only quarters in which something was. Not for two threads at once.
/// </summary>
internal sealed class SlidingMinute
{
    public const int QuarterMs = 250;

    private const int Life = 60_000 / QuarterMs;

    private Quarter[] _ring = [];
    private int _first;
    private int _count;

    public long Requests { get; private set; }

    public long Tokens { get; private set; }

    /// <summary>Forgets what is too old by now.</summary>
    public void Advance(long quarter)
    {
        while (_count > 0 && _ring[_first].Number + Life <= quarter)
        {
            Requests -= _ring[_first].Requests;
            Tokens -= _ring[_first].Tokens;
            _first = (_first + 1) & (_ring.Length - 1);
            _count--;
        }
    }

    /// <summary>Counts one request.</summary>
    public void Add(long quarter, long tokens)
    {
        Requests++;
        Tokens += tokens;
        if (_count == 0 || At(_count - 1).Number < quarter) Append(quarter);
        ref var last = ref At(_count - 1);
        last.Requests++;
        last.Tokens += tokens;
    }

    /// <summary>Changes what a request of that quarter took, unless it is forgotten.</summary>
    public void Correct(long quarter, long tokens)
    {
        for (var i = _count - 1; i >= 0 && At(i).Number >= quarter; i--)
        {
            if (At(i).Number != quarter) continue;
            At(i).Tokens += tokens;
            Tokens += tokens;
            return;
        }
    }

    /// <summary>The quarter in which nothing is counted any more, if nothing more comes.</summary>
    public long EmptyAt(long now) => _count == 0 ? now : At(_count - 1).Number + Life;

    /// <summary>The quarter in which so many requests and tokens are forgotten; <paramref name="now"/> where none has to be.</summary>
    public long FreeAt(long requests, long tokens, long now)
    {
        for (var i = 0; i < _count && (requests > 0 || tokens > 0); i++)
        {
            requests -= At(i).Requests;
            tokens -= At(i).Tokens;
            now = At(i).Number + Life;
        }

        return now;
    }

    private ref Quarter At(int index) => ref _ring[(_first + index) & (_ring.Length - 1)];

    private void Append(long number)
    {
        if (_count == _ring.Length)
        {
            var larger = new Quarter[Math.Max(4, _ring.Length * 2)];
            for (var i = 0; i < _count; i++) larger[i] = At(i);
            (_ring, _first) = (larger, 0);
        }

        _count++;
        At(_count - 1) = new Quarter { Number = number };
    }

    private struct Quarter
    {
        public long Number;
        public int Requests;
        public long Tokens;
    }
}

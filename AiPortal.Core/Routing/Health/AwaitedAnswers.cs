namespace AiPortal.Core.Routing.Health;

/// <summary>The attempts at an account whose answer has not begun, the longest waiting first. The owner locks.</summary>
internal sealed class AwaitedAnswers
{
    private const int MostLooked = 1_000;
    private AccountUse? _oldest;
    private AccountUse? _newest;

    public void Add(AccountUse use)
    {
        use.Before = _newest;
        if (_newest is { } last) last.After = use;
        else _oldest = use;
        _newest = use;
    }

    public void Remove(AccountUse use)
    {
        if (use.Before is { } before) before.After = use.After;
        else _oldest = use.After;
        if (use.After is { } after) after.Before = use.Before;
        else _newest = use.Before;
        (use.Before, use.After) = (null, null);
    }

    /// <summary>How many should long have begun.</summary>
    public int Late(long now)
    {
        var (late, looked) = (0, 0);
        for (var use = _oldest; use is not null && looked < MostLooked; use = use.After, looked++)
            if (use.Pace.SlowMs is { } limit && now - use.StartMs > limit) late++;
        return late;
    }

    /// <summary>Those that shall not wait as long as they otherwise would, and how long yet.</summary>
    public List<(AccountUse Use, TimeSpan Wait)> Stuck(long now)
    {
        var stuck = new List<(AccountUse, TimeSpan)>();
        for (var use = _oldest; use is not null; use = use.After)
            if (use.Pace.PatienceMs is { } patience) stuck.Add((use, TimeSpan.FromMilliseconds(Math.Max(0, patience - (now - use.StartMs)))));
        return stuck;
    }
}

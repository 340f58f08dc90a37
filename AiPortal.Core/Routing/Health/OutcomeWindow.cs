namespace AiPortal.Core.Routing.Health;

/// <summary>Counts of what happened lately, in slots that are forgotten one after the other. Times are milliseconds; the owner locks.</summary>
internal sealed class OutcomeWindow(int slots, long slotMs)
{
    private readonly Slot[] _slots = new Slot[slots];

    public void Ok(long now) => At(now).Ok++;

    public void Failed(long now) => At(now).Failed++;

    public void Slow(long now) => At(now).Slow++;

    public void FirstByte(long now) => At(now).FirstBytes++;

    public OutcomeCounts Read(long now) => Read(now, _slots.Length);

    /// <param name="last">How many slots, that of now included.</param>
    public OutcomeCounts Read(long now, int last)
    {
        var (current, sum) = (now / slotMs, default(OutcomeCounts));
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Number <= current - last || slot.Number > current) continue;
            sum = new OutcomeCounts(sum.Ok + slot.Ok, sum.Failed + slot.Failed, sum.Slow + slot.Slow, sum.FirstBytes + slot.FirstBytes);
        }

        return sum;
    }

    public void Clear() => Array.Clear(_slots);

    private ref Slot At(long now)
    {
        var number = now / slotMs;
        ref var slot = ref _slots[number % _slots.Length];
        if (slot.Number != number) slot = new Slot { Number = number };
        return ref slot;
    }

    private struct Slot
    {
        public long Number;
        public int Ok;
        public int Failed;
        public int Slow;
        public int FirstBytes;
    }
}

/// <summary><c>Slow</c> are those of the first bytes that came far later than they do otherwise.</summary>
internal readonly record struct OutcomeCounts(int Ok, int Failed, int Slow, int FirstBytes)
{
    private const int InARow = 3;
    private const int Several = 5;

    public int Total => Ok + Failed;

    /// <param name="row">Failures since the last good one.</param>
    public bool IsFailing(int row) => (row >= InARow && Ok == 0) || (Failed >= Several && Failed * 10 >= Total * 3);

    /// <param name="latest">The newer half of these.</param>
    /// <param name="late">Answers still awaited that should long have begun.</param>
    public bool IsSlow(in OutcomeCounts latest, int late) =>
        Slow + late >= Several && latest.Slow + late > 0 && (latest.Slow + late) * 2 >= latest.FirstBytes + late;
}

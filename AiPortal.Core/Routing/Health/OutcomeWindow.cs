namespace AiPortal.Core.Routing.Health;

/// <summary>Counts of what happened lately, in slots that are forgotten one after the other. Times are milliseconds; the owner locks.</summary>
internal sealed class OutcomeWindow(int slots, long slotMs)
{
    private readonly Slot[] _slots = new Slot[slots];

    public void Ok(long now) => At(now).Ok++;

    public void Failed(long now) => At(now).Failed++;

    public void Slow(long now) => At(now).Slow++;

    public void FirstByte(long now) => At(now).FirstBytes++;

    public OutcomeCounts Read(long now)
    {
        var (current, sum) = (now / slotMs, default(OutcomeCounts));
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Number <= current - _slots.Length || slot.Number > current) continue;
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
    public int Total => Ok + Failed;
}

namespace AiPortal.Core.Budgets;

/// <summary>An organization's Σ (worst case − hold) over the calls in flight, in pico-dollars.</summary>
internal sealed class OvershootExposure
{
    private readonly Lock _lock = new();
    private Int128 _sum;

    public Int128 Sum
    {
        get
        {
            lock (_lock)
                return _sum;
        }
    }

    public void Add(Int128 amount)
    {
        if (amount == 0)
            return;
        lock (_lock)
            _sum += amount;
    }
}

namespace AiPortal.Core.Routing.Health;

/// <summary>
/// What an organization's calls may spend on attempts beyond their first at accounts that have not just answered: ten at once, and one more
/// for every ten good calls. When everything fails it is soon empty, and each call makes one attempt.
/// </summary>
public sealed class RetryBudget
{
    private const int Most = 100;
    private const int OneRetry = 10;
    private int _tenths = Most;

    public void Succeeded()
    {
        var now = Volatile.Read(ref _tenths);
        if (now < Most) Interlocked.CompareExchange(ref _tenths, now + 1, now);
    }

    public bool TryTake()
    {
        while (true)
        {
            var now = Volatile.Read(ref _tenths);
            if (now < OneRetry) return false;
            if (Interlocked.CompareExchange(ref _tenths, now - OneRetry, now) == now) return true;
        }
    }
}

namespace AiPortal.Tests.Fixtures;

/// <summary>Waits for a condition by asking for it, fifty times a second.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Fails with the words of <paramref name="fault"/> when it does not hold in time.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> HoldsAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> fault)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Pace);
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < limit, fault());
            await timer.WaitForNextTickAsync();
        }

        return TimeProvider.System.GetElapsedTime(began);
    }
}

using System.Globalization;
using AiPortal.Core.Jobs;

namespace AiPortal.Core.Bodies;

/// <summary>Makes the days ready in which bodies of today and the next two will expire, and drops the days that have expired.</summary>
public sealed class KeepBodyDays(BodyStore store, TimeProvider clock) : IScheduledJob
{
    private const int Ahead = 2;

    public string Name => "call-bodies";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var retentions = await store.RetentionsAsync(token);
        await store.EnsureAsync(retentions.SelectMany(days => Enumerable.Range(days, Ahead + 1)).Distinct().Select(days => now.UtcDateTime.Date.AddDays(days)), token);
        var dropped = await store.DropExpiredAsync(now, token);
        return string.Create(CultureInfo.InvariantCulture, $"{dropped} days dropped; {retentions.Count} retentions in use");
    }
}

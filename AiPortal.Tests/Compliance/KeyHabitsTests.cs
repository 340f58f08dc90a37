using AiPortal.Core.Compliance;

namespace AiPortal.Tests.Compliance;

/// <summary>What is flagged in the use of a key, and what is not.</summary>
public sealed class KeyHabitsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2::5", "2001:db8:1::/48")]
    [InlineData("nowhere", null)]
    [InlineData(null, null)]
    public void NetworkOf_Address_IsItsNeighbourhood(string? address, string? network) => Assert.Equal(network, KeyHabits.NetworkOf(address));

    [Fact]
    public void Places_NewOneOnASettledKey_IsUnusual_AndAMoveIsNot()
    {
        var settled = Past("203.0.113.7", 300);
        Assert.Equal([true, false], Unusual([new KeyUseAt(Now.AddHours(-1), "198.51.100.9", false), .. settled]));
        // Another address of the same network is the same place.
        Assert.Equal([false], Unusual([new KeyUseAt(Now.AddHours(-1), "203.0.113.200", false), .. settled]));
        // A new key has no habits yet.
        Assert.Equal([false, false], Unusual([new KeyUseAt(Now.AddHours(-1), "198.51.100.9", false), new KeyUseAt(Now.AddHours(-2), "203.0.113.7", false)]));
        // An application that has moved makes most of its calls from there.
        Assert.Equal([false, false], Unusual([.. Enumerable.Range(0, 400).Select(i => new KeyUseAt(Now.AddMinutes(-i), "198.51.100.9", false)), .. settled]));
    }

    [Fact]
    public void Hours_InTheOrganizationsDay_FlagWhatWasHardlyEverUsed()
    {
        var shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        // Earlier: always at 02:00 UTC, ten in the morning there.
        var earlier = Enumerable.Range(0, 400).Select(i => new KeyUseAt(new DateTimeOffset(2026, 11, 1 + (i % 10), 2, i % 60, 0, TimeSpan.Zero), "203.0.113.7", false)).ToList();
        var (hours, unusual) = KeyHabits.Hours([new KeyUseAt(new DateTimeOffset(2026, 11, 19, 19, 0, 0, TimeSpan.Zero), "203.0.113.7", false), .. earlier], shanghai, Now);

        Assert.Equal((400, 1, 401), (hours[10], hours[3], hours.Sum()));
        Assert.Equal([3], unusual);
        // An hour later than ever is no night.
        Assert.Empty(KeyHabits.Hours([new KeyUseAt(new DateTimeOffset(2026, 11, 19, 3, 0, 0, TimeSpan.Zero), "203.0.113.7", false), .. earlier], shanghai, Now).Unusual);
        Assert.Empty(KeyHabits.Hours([new KeyUseAt(Now, "203.0.113.7", false), .. earlier.Take(20)], shanghai, Now).Unusual);
    }

    private static IEnumerable<bool> Unusual(IReadOnlyCollection<KeyUseAt> uses) => KeyHabits.Places(uses, Now).Select(place => place.IsUnusual);

    private static IEnumerable<KeyUseAt> Past(string address, int count) => Enumerable.Range(0, count).Select(i => new KeyUseAt(Now.AddDays(-8).AddMinutes(-i), address, false));
}

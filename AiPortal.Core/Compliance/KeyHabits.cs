using System.Net;
using System.Net.Sockets;

namespace AiPortal.Core.Compliance;

/// <summary>What is usual for a key, by its own past: nothing is flagged before there is enough of one.</summary>
internal static class KeyHabits
{
    private const int IPv4Bits = 24;
    private const int IPv6Bits = 48;
    private const int EnoughCalls = 50;

    /// <summary>A place that makes a larger share of all calls than this is where the key works now.</summary>
    private const double MostUnusualShare = 0.2;

    /// <summary>Of earlier calls at most this share began in an unusual hour or in those beside it.</summary>
    private const double RareHourShare = 0.005;

    private static readonly TimeSpan Lately = TimeSpan.FromDays(7);

    public static IReadOnlyList<KeyPlace> Places(IReadOnlyCollection<KeyUseAt> uses, DateTimeOffset now)
    {
        var edge = now - Lately;
        var settled = uses.Count(use => use.At < edge) >= EnoughCalls;
        return
        [
            .. uses.GroupBy(use => NetworkOf(use.ClientIp)).Select(place =>
            {
                var first = place.Min(use => use.At);
                return new KeyPlace(place.Key, place.Count(), place.Count(use => use.Refused), first, place.Max(use => use.At),
                    settled && first >= edge && place.Count() <= uses.Count * MostUnusualShare);
            }).OrderByDescending(place => place.LastAt),
        ];
    }

    /// <summary>Calls by hour of the day, and the hours of late that are unusual.</summary>
    public static (int[] Hours, IReadOnlyList<int> Unusual) Hours(IReadOnlyCollection<KeyUseAt> uses, TimeZoneInfo zone, DateTimeOffset now)
    {
        var edge = now - Lately;
        int[] all = new int[24], before = new int[24], late = new int[24];
        foreach (var use in uses)
        {
            var hour = TimeZoneInfo.ConvertTime(use.At, zone).Hour;
            all[hour]++;
            (use.At < edge ? before : late)[hour]++;
        }

        var earlier = before.Sum();
        return (all, earlier < EnoughCalls * 4 ? [] : [.. Enumerable.Range(0, 24).Where(hour => late[hour] > 0 && Around(before, hour) <= earlier * RareHourShare)]);
    }

    /// <summary>With the hours beside it: somebody who begins earlier or stays longer is nothing unusual.</summary>
    private static int Around(int[] calls, int hour) => calls[(hour + 23) % 24] + calls[hour] + calls[(hour + 1) % 24];

    /// <summary>Null where there is no address.</summary>
    public static string? NetworkOf(string? address)
    {
        if (!IPAddress.TryParse(address, out var ip)) return null;
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        var bits = ip.AddressFamily == AddressFamily.InterNetwork ? IPv4Bits : IPv6Bits;
        var bytes = ip.GetAddressBytes();
        Array.Clear(bytes, bits / 8, bytes.Length - (bits / 8));
        return $"{new IPAddress(bytes)}/{bits}";
    }
}

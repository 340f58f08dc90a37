using System.Globalization;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Data;

namespace AiPortal.Gateway;

/// <summary>What an operator may set of the leases.</summary>
internal static class LeaseSettings
{
    /// <exception cref="StartFault">Names the key that is wrong.</exception>
    public static LeaseOptions Read(IConfiguration configuration, string node)
    {
        var defaults = new LeaseOptions();
        var length = TimeSpan.FromSeconds(Number(configuration, "Portal:Leases:Seconds", 3, 3_600) ?? defaults.Length.TotalSeconds);
        return defaults with
        {
            Node = node,
            Length = length,
            // Several heartbeats may be lost before the node has to stop.
            Margin = length < defaults.Length ? length / 12 : defaults.Margin,
            Heartbeat = length / 6,
            Recall = TimeSpan.FromMilliseconds(Number(configuration, "Portal:Leases:RecallMilliseconds", 1, 1_500) ?? defaults.Recall.TotalMilliseconds),
        };
    }

    private static int? Number(IConfiguration configuration, string key, int least, int most) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        _ => throw new StartFault(key, $"must be a number from {least} to {most}."),
    };
}

using AiPortal.Core.Data;
using AiPortal.Core.Routing.Health;

namespace AiPortal.Gateway;

/// <summary><c>Portal:Gateway</c>: how long a provider may take, and how much memory its answers.</summary>
internal sealed record GatewayOptions(TimeSpan Connect, TimeSpan Headers, TimeSpan Idle, TimeSpan AfterCallerLeft, TimeSpan ReplayWait, TimeSpan Drain, long MaxAnswerBytes, long MaxBufferedBytes, long CacheBytes)
{
    public static GatewayOptions Read(IConfiguration configuration) => new(
        Seconds(configuration, "ConnectSeconds", 10),
        Seconds(configuration, "HeadersSeconds", 300),
        Seconds(configuration, "IdleSeconds", 120),
        Seconds(configuration, "AfterCallerLeftSeconds", 30),
        Seconds(configuration, "ReplayWaitSeconds", 120),
        Seconds(configuration, "DrainSeconds", 50),
        64L << 20,
        Megabytes(configuration, "BufferMegabytes", 1024, 64) << 20,
        Megabytes(configuration, "CacheMegabytes", 256, 0) << 20);

    /// <summary>Whether accounts that are out are asked for their models every minute.</summary>
    public static AccountCheckOptions ReadChecks(IConfiguration configuration)
    {
        const string key = "Portal:Gateway:AccountChecks";
        if (configuration[key] is not { Length: > 0 } text) return new AccountCheckOptions();
        return bool.TryParse(text, out var scheduled) ? new AccountCheckOptions(scheduled) : throw new StartFault(key, "must be true or false.");
    }

    private static long Megabytes(IConfiguration configuration, string name, long standard, long least)
    {
        var key = $"Portal:Gateway:{name}";
        if (configuration[key] is not { Length: > 0 } text) return standard;
        return long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= 1 << 20
            ? number
            : throw new StartFault(key, $"must be a number of megabytes from {least} to 1048576.");
    }

    private static TimeSpan Seconds(IConfiguration configuration, string name, double standard)
    {
        var key = $"Portal:Gateway:{name}";
        if (configuration[key] is not { Length: > 0 } text) return TimeSpan.FromSeconds(standard);
        return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new StartFault(key, "must be a number of seconds above 0 and up to 3600.");
    }
}

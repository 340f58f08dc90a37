using AiPortal.Core.Data;

namespace AiPortal.Gateway;

/// <summary><c>Portal:Gateway</c>: how long a provider may take. Seconds.</summary>
internal sealed record GatewayOptions(TimeSpan Connect, TimeSpan Headers, TimeSpan Idle, TimeSpan AfterCallerLeft, TimeSpan ReplayWait, long MaxAnswerBytes)
{
    public static GatewayOptions Read(IConfiguration configuration) => new(
        Seconds(configuration, "ConnectSeconds", 10),
        Seconds(configuration, "HeadersSeconds", 300),
        Seconds(configuration, "IdleSeconds", 120),
        Seconds(configuration, "AfterCallerLeftSeconds", 30),
        Seconds(configuration, "ReplayWaitSeconds", 120),
        64L << 20);

    private static TimeSpan Seconds(IConfiguration configuration, string name, double standard)
    {
        var key = $"Portal:Gateway:{name}";
        if (configuration[key] is not { Length: > 0 } text) return TimeSpan.FromSeconds(standard);
        return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new StartFault(key, "must be a number of seconds above 0 and up to 3600.");
    }
}

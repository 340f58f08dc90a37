using System.Globalization;
using AiPortal.Core.Bodies;
using AiPortal.Core.Data;

namespace AiPortal.Gateway;

/// <summary><c>Portal:Bodies</c>: how much is kept of a body where an organization keeps bodies, and what may wait in memory.</summary>
internal static class BodySettings
{
    /// <exception cref="StartFault">A value is out of bounds.</exception>
    public static BodyOptions Read(IConfiguration configuration) => new()
    {
        MaxBytes = Kilobytes(configuration, "MaxKilobytes", 256, 1, 4096),
        QueueBytes = (long)Kilobytes(configuration, "QueueMegabytes", 64, 1, 65_536) * 1024,
    };

    /// <summary>The value times 1024.</summary>
    private static int Kilobytes(IConfiguration configuration, string name, int standard, int least, int most)
    {
        var key = $"Portal:Bodies:{name}";
        if (configuration[key] is not { Length: > 0 } text) return standard * 1024;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value * 1024
            : throw new StartFault(key, $"must be a whole number from {least} to {most}.");
    }
}

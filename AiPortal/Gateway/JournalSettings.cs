using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Journals;

namespace AiPortal.Gateway;

/// <summary><c>Portal:Journal</c>: how far the journal may grow, and what a power cut may take.</summary>
internal static class JournalSettings
{
    private const long Megabyte = 1 << 20;

    /// <exception cref="StartFault">A value is out of bounds.</exception>
    public static JournalOptions Read(IConfiguration configuration, string dataDirectory)
    {
        var most = Whole(configuration, "MaxMegabytes", 1024, 1, 1 << 20) * Megabyte;
        return new JournalOptions
        {
            DataDirectory = dataDirectory,
            MaxBytes = most,
            SegmentBytes = Math.Min(64 * Megabyte, most / 4),
            FsyncInterval = TimeSpan.FromMilliseconds(Whole(configuration, "FsyncMilliseconds", 50, 1, 10_000)),
        };
    }

    private static long Whole(IConfiguration configuration, string name, long standard, long least, long most)
    {
        var key = $"Portal:Journal:{name}";
        if (configuration[key] is not { Length: > 0 } text) return standard;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new StartFault(key, $"must be a whole number from {least} to {most}.");
    }
}

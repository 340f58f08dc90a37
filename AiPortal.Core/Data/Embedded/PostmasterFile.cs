using System.Globalization;

namespace AiPortal.Core.Data.Embedded;

/// <summary>What a running server says of itself in <c>postmaster.pid</c>: line 1 its process, line 5 its socket's
/// directory, line 8 its state.</summary>
internal sealed record PostmasterFile(int ProcessId, string Socket, string State)
{
    internal bool IsReady => State == "ready";

    /// <summary>Null when there is no file or it is just being written.</summary>
    internal static PostmasterFile? Read(string dataDirectory)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(dataDirectory, "postmaster.pid"));
            return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId)
                ? new PostmasterFile(processId, lines.ElementAtOrDefault(4) ?? "", lines.ElementAtOrDefault(7)?.Trim() ?? "")
                : null;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

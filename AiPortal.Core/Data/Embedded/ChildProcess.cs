using System.ComponentModel;
using System.Diagnostics;

namespace AiPortal.Core.Data.Embedded;

/// <summary>What a command that ran to its end left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    internal bool Succeeded => ExitCode == 0;

    /// <summary>The last line that says anything, for a one-line message.</summary>
    internal string LastLine =>
        (Error.Length > 0 ? Error : Output).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
        ?? $"it ended with code {ExitCode}";
}

internal static class ChildProcess
{
    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        }
        catch (Win32Exception missing)
        {
            throw new StartFault("ConnectionStrings:Portal",
                $"the embedded PostgreSQL needs the program {start.FileName}, which cannot be run ({missing.Message}); install it or give a connection string", missing);
        }
    }

    internal static async Task<CommandResult> RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
            return new CommandResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using AiPortal.Core.Data.Embedded;

namespace AiPortal.Billing;

/// <summary>Why there is no PDF; the message is for people.</summary>
internal sealed class PdfUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Prints a self-contained page with the system's Chromium: a profile that is thrown away, no network, at most thirty seconds,
/// as an account without privileges where the portal is root.
/// </summary>
internal sealed class ChromiumPrinter(string? configured, ILogger<ChromiumPrinter> logger) : IDisposable
{
    private const string Page = "bill.html";
    private const string Result = "bill.pdf";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

    private readonly SemaphoreSlim _turns = new(2);
    private volatile bool _withoutSandbox;

    /// <summary>Whether printing is worth trying.</summary>
    public bool IsThere => Find(configured) is not null;

    public void Dispose() => _turns.Dispose();

    /// <summary>The program of <c>Portal:Chromium</c>, else the first on PATH; null where there is none.</summary>
    public static string? Find(string? configured) => configured is not null
        ? File.Exists(configured) ? configured : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <exception cref="PdfUnavailableException">There is no browser, or it does not print in time.</exception>
    public async Task<byte[]> PrintAsync(string html, CancellationToken token)
    {
        var program = Find(configured) ?? throw new PdfUnavailableException(configured is null
            ? "A PDF needs Chromium, and none is on this server's PATH. Install it or set Portal:Chromium."
            : $"Portal:Chromium names {configured}, which does not exist.");
        await _turns.WaitAsync(token);
        try
        {
            return await PrintAsync(program, html, token);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<byte[]> PrintAsync(string program, string html, CancellationToken token)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(token);
        limited.CancelAfter(Limit);
        var user = ServiceUser.ForChildren();
        var folder = await MakeFolderAsync(user, limited.Token);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, Page), html, limited.Token);
            var last = await RunAsync(Command(user, program, folder), folder, limited.Token);
            if (!_withoutSandbox && !Printed(folder) && last.Contains("sandbox", StringComparison.OrdinalIgnoreCase))
            {
                // The page is ours, without script and without network, so its sandbox is a second wall and not the first.
                logger.LogWarning("Chromium finds no sandbox on this machine and prints without one: {Reason}", last);
                _withoutSandbox = true;
                last = await RunAsync(Command(user, program, folder), folder, limited.Token);
            }

            if (!Printed(folder)) throw new PdfUnavailableException($"Chromium made no PDF: {last}");
            return await File.ReadAllBytesAsync(Path.Combine(folder, Result), limited.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new PdfUnavailableException($"Chromium did not print within {Limit.TotalSeconds:0} seconds.");
        }
        finally
        {
            Remove(folder);
        }
    }

    /// <summary>A folder that only the child's account, and root, can look into: a bill is nobody else's business.</summary>
    private static async Task<string> MakeFolderAsync(ServiceUser user, CancellationToken token)
    {
        if (!user.IsOther) return Directory.CreateTempSubdirectory("aiportal-pdf-").FullName;
        using var process = Start(user.Command("mktemp", ["-d", "-t", "aiportal-pdf-XXXXXXXXXX"]));
        process.StandardInput.Close();
        var folder = (await process.StandardOutput.ReadToEndAsync(token)).Trim();
        await process.WaitForExitAsync(token);
        return process.ExitCode == 0 && Directory.Exists(folder)
            ? folder
            : throw new PdfUnavailableException($"The account {user.Name} cannot make a temporary folder.");
    }

    private ProcessStartInfo Command(ServiceUser user, string program, string folder)
    {
        List<string> arguments =
        [
            "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--disable-crash-reporter",
            // No name resolves and no proxy answers: whatever the page names, nothing leaves the machine.
            "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
            $"--user-data-dir={Path.Combine(folder, "profile")}", "--no-pdf-header-footer", $"--print-to-pdf={Path.Combine(folder, Result)}",
        ];
        if (_withoutSandbox) arguments.Add("--no-sandbox");
        arguments.Add(new Uri(Path.Combine(folder, Page)).AbsoluteUri);
        var start = user.Command(program, arguments);
        start.Environment["HOME"] = folder;
        start.Environment["TMPDIR"] = folder;
        return start;
    }

    /// <summary>Gives the last words that are not about the desktop it misses.</summary>
    private static async Task<string> RunAsync(ProcessStartInfo start, string folder, CancellationToken token)
    {
        using var process = Start(start);
        process.StandardInput.Close();
        var words = ReadAsync(process.StandardError);
        var output = ReadAsync(process.StandardOutput);
        try
        {
            await process.WaitForExitAsync(token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        await output;
        var said = (await words).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("dbus/", StringComparison.Ordinal)).ToList();
        return said.Find(line => line.Contains("sandbox", StringComparison.OrdinalIgnoreCase)) ?? said.LastOrDefault()
            ?? $"it ended with code {process.ExitCode} in {folder}";
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
            if (text.Length < 100_000) text.Append(buffer, 0, read);
        return text.ToString();
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new PdfUnavailableException($"{start.FileName} did not start.");
        }
        catch (Win32Exception fault)
        {
            throw new PdfUnavailableException($"{start.FileName} cannot be run: {fault.Message}", fault);
        }
    }

    private static bool Printed(string folder) => new FileInfo(Path.Combine(folder, Result)) is { Exists: true, Length: > 0 };

    private void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(fault, "The temporary folder {Folder} of a PDF could not be removed", folder);
        }
    }
}

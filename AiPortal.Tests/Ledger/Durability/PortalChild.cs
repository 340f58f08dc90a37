using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>A portal in a process of its own, so that it can be killed.</summary>
internal sealed class PortalChild : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly HttpClient _health;
    private readonly TextWriter? _log;

    private PortalChild(Uri address, IEnumerable<string> arguments, TextWriter? log = null)
    {
        _log = log;
        Address = address;
        _health = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "AiPortal.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it wrote on its console, for a failed test.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <param name="address">Where it listens.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="log">Gets all that it writes on its console.</param>
    public static PortalChild Start(Uri address, IEnumerable<string> arguments, TextWriter? log = null) => new(address, arguments, log);

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(IEnumerable<string> arguments)
    {
        await using var child = new PortalChild(new Uri("http://127.0.0.1/"), arguments);
        await child.EndedAsync(StartLimit);
        return (child.ExitCode, child.Output);
    }

    /// <summary>Waits until it admits calls. False when it ended before.</summary>
    public async Task<bool> ReadyAsync()
    {
        await Eventually.HoldsAsync(async () => _process.HasExited || await IsReadyAsync(), StartLimit, () => $"The portal did not get ready.\n{Output}");
        return !_process.HasExited;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    public async Task EndedAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The portal did not end in {limit}.\n{Output}");
        }
    }

    /// <summary>SIGTERM, and its graceful end.</summary>
    public async Task StopAsync()
    {
        await TellToStopAsync();
        await EndedAsync(StartLimit);
    }

    /// <summary>SIGTERM.</summary>
    public async Task TellToStopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _health.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _log?.WriteLine(line.Data);
            if (line.Data is not null && _output.Length < 64 * 1024) _output.AppendLine(line.Data);
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _health.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or SocketException)
        {
            return false;
        }
    }
}

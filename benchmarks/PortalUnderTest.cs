using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Benchmarks;

/// <summary>A portal in a process of its own with its private PostgreSQL, and a way into that.</summary>
internal sealed class PortalUnderTest : IAsyncDisposable
{
    private const string Email = "bench@example.com";
    private const string Password = "correct-horse-battery";
    private readonly string _directory;
    private readonly string _program;
    private readonly bool _kept;
    private readonly Process _process;
    private readonly HttpClient _http;

    private PortalUnderTest(string directory, string program, bool kept, Process process, HttpClient http) =>
        (_directory, _program, _kept, _process, _http) = (directory, program, kept, process, http);

    public Uri Address => _http.BaseAddress!;

    public int ProcessId => _process.Id;

    public Guid OrganizationId { get; private set; }

    public List<Guid> Keys { get; } = [];

    /// <summary>One that never called.</summary>
    public Guid IdleKey { get; private set; }

    public List<Guid> Teams { get; } = [];

    public string Superuser => $"Host={Path.Combine(_directory, "data", "pg", "run")};Username=postgres;Database=portal;Command Timeout=0";

    /// <param name="port">Of 127.0.0.1.</param>
    /// <param name="kept">A directory that stays, with what an earlier run made in it; null: one that goes when all is done.</param>
    /// <param name="settings">Further arguments.</param>
    public static async Task<PortalUnderTest> StartAsync(int port, string? kept = null, params string[] settings)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "AiPortal.sln"))) root = Path.GetDirectoryName(root)!;
        var directory = kept is null ? Directory.CreateTempSubdirectory("aiportal-bench-").FullName : Directory.CreateDirectory(kept).FullName;
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var program = Path.Combine(root, "AiPortal", "bin", "Release", "net10.0", "AiPortal.dll");
        var address = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet", [
            program, "--urls", address.ToString(), "--Portal:DataDirectory", Path.Combine(directory, "data"), "--Portal:Admin:Email", Email, "--Portal:Admin:Password", Password,
            "--Logging:LogLevel:Default", "Warning", .. settings]);
        var portal = new PortalUnderTest(directory, program, kept is not null, Process.Start(start)!, new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) });
        while (!await portal.IsReadyAsync()) await Task.Delay(100);
        var session = await portal.PostAsync("auth/login", new { email = Email, password = Password });
        portal._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("access_token").GetString());
        portal.OrganizationId = (await portal._http.GetFromJsonAsync<JsonElement>("/api/v1/me")).GetProperty("organization_id").GetGuid();
        // The large ledger takes longer to make than a session lasts.
        var token = await portal.PostAsync("service-tokens", new { name = "bench", role = "administrator" });
        portal._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("token").GetString());
        return portal;
    }

    /// <summary>Teams and keys in the order of their making, those of an earlier run where there are any.</summary>
    public async Task ProvisionAsync(int keys)
    {
        Teams.AddRange((await IdsAsync("teams?limit=500")).Order());
        Keys.AddRange((await IdsAsync("keys?limit=500")).Order());
        if (Keys.Count == 0)
        {
            for (var i = 0; i < 10; i++) Teams.Add((await PostAsync("teams", new { name = $"team {i}" })).GetProperty("id").GetGuid());
            for (var i = 0; i < keys; i++) Keys.Add((await PostAsync("keys", new { name = $"key {i}", team_id = Teams[i % 10] })).GetProperty("id").GetGuid());
        }

        IdleKey = Keys.Count > keys ? Keys[keys] : (await PostAsync("keys", new { name = "never used" })).GetProperty("id").GetGuid();
        Keys.RemoveRange(keys, Keys.Count - keys);
    }

    public async Task<string> MakeBudgetAsync() =>
        (await IdsAsync("cost/quotas?limit=500")).Select(id => id.ToString()).FirstOrDefault() ?? (await PostAsync("cost/quotas", new { name = "bench", quota_type = "team", scope_id = Teams[1], total_quota = 1_000_000, period_type = "monthly" })).GetProperty("id").GetString()!;

    /// <summary>A page of the portal that is no part of its API, such as <c>/metrics</c>.</summary>
    public Task<string> TextAsync(string path) => _http.GetStringAsync(path);

    /// <summary>The <c>verify</c> verb beside the running portal: its exit code and what it says.</summary>
    public async Task<(int Code, string Text)> VerifyAsync()
    {
        var start = new ProcessStartInfo("dotnet", [_program, "verify", "--Portal:DataDirectory", Path.Combine(_directory, "data"), "--Logging:LogLevel:Default", "Warning"]) { RedirectStandardOutput = true };
        using var verify = Process.Start(start)!;
        var text = await verify.StandardOutput.ReadToEndAsync();
        await verify.WaitForExitAsync();
        return (verify.ExitCode, text);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Superuser);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Texts of this benchmark.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Superuser);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Texts of this benchmark.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The database as pages reach it.</summary>
    public PortalDatabase Database() => new(role => new NpgsqlConnectionStringBuilder(Superuser) { Username = role }.ConnectionString, TimeProvider.System);

    /// <summary>Milliseconds of each repetition, sorted; the first three answers are not counted.</summary>
    public Task<List<double>> TimeAsync(string path, int repetitions) => TimeAsync(() => GetAsync(path), repetitions);

    /// <inheritdoc cref="TimeAsync(string, int)"/>
    public static async Task<List<double>> TimeAsync(Func<Task> read, int repetitions)
    {
        var times = new List<double>();
        for (var i = -3; i < repetitions; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await read();
            if (i >= 0) times.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }

    /// <summary>Follows cursors.</summary>
    public async Task<List<double>> WalkAsync(string path, int pages)
    {
        var (times, cursor) = (new List<double>(), "");
        for (var page = 0; page < pages; page++)
        {
            var (took, text) = await GetAsync(path + cursor);
            times.Add(took);
            cursor = "&cursor=" + Uri.EscapeDataString(JsonElement.Parse(text).GetProperty("next_cursor").GetString()!);
        }

        times.Sort();
        return times;
    }

    public async ValueTask DisposeAsync()
    {
        using (var stop = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        if (!_kept) Directory.Delete(_directory, recursive: true);
    }

    private async Task<List<Guid>> IdsAsync(string path)
    {
        var (_, text) = await GetAsync(path);
        return [.. JsonElement.Parse(text).GetProperty("data").EnumerateArray().Select(row => row.GetProperty("id").GetGuid())];
    }

    private async Task<(double Took, string Text)> GetAsync(string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await _http.GetAsync("/api/v1/" + path);
        var text = await answer.Content.ReadAsStringAsync();
        var took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        return answer.IsSuccessStatusCode ? (took, text) : throw new IOException($"{path}: {(int)answer.StatusCode} {text}");
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync("/api/v1/" + path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new IOException($"{path}: {(int)answer.StatusCode} {text}");
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited) throw new IOException("The portal ended.");
        try
        {
            using var answer = await _http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

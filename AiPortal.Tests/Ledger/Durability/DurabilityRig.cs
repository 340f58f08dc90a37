using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using Npgsql;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>A database, a provider with a log of its own, and portals in processes of their own that come and go between them.</summary>
internal sealed class DurabilityRig : IAsyncDisposable
{
    public const string Model = "durable-model";
    private const string Tokens = "input_units + cached_input_units + cache_write_units + output_units + reasoning_units";
    private readonly TestDatabase _database = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("aiportal-durability-").FullName;
    private readonly Dictionary<Guid, string> _confirmed = [];
    private readonly HttpClient _admin;
    private string? _reachedBy;

    private DurabilityRig(WitnessUpstream upstream)
    {
        Upstream = upstream;
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}");
        _admin = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public WitnessUpstream Upstream { get; }

    public TestDatabase Database => _database;

    /// <summary>Where the master keys are, the newest last.</summary>
    public string MasterKeys => Path.Combine(_directory, "master.keys");

    /// <summary>Signed in with a service token.</summary>
    public HttpClient Admin => _admin;

    /// <summary>The virtual key that the load calls with.</summary>
    public string Secret { get; private set; } = "";

    /// <param name="through">What stands between the portal and its database, given the latter's connection string; gives what the portal is to use.</param>
    public static async Task<DurabilityRig> StartAsync(Func<string, string>? through = null)
    {
        var rig = new DurabilityRig(await WitnessUpstream.StartAsync());
        await File.WriteAllTextAsync(rig.MasterKeys, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        await rig._database.InitializeAsync();
        rig._reachedBy = through?.Invoke(rig._database.Superuser) ?? rig._database.Superuser;
        await using var portal = rig.Portal();
        Assert.True(await portal.ReadyAsync(), portal.Output);
        await rig.ProvisionAsync();
        await portal.StopAsync();
        return rig;
    }

    /// <summary>A new process on the same data directory.</summary>
    public PortalChild Portal(params string[] more) => PortalChild.Start(Address, [.. Arguments(), .. more]);

    /// <summary>The same, with all that it writes on its console.</summary>
    public PortalChild Portal(TextWriter log, string[] more) => PortalChild.Start(Address, [.. Arguments(), .. more], log);

    public Task<(int Code, string Output)> VerifyAsync() => PortalChild.RunAsync(["verify", .. Arguments()]);

    /// <param name="database">A connection string of another database than its own.</param>
    public string[] Arguments(string? database = null) =>
    [
        "--urls", Address.ToString(), "--environment", "Development", "--ConnectionStrings:Portal", (database ?? _reachedBy) + ";Pooling=true",
        "--Portal:DataDirectory", _directory, "--Portal:MasterKeyFile", MasterKeys, "--Portal:Node", "rig", "--Portal:Admin:Email", PortalHost.AdminEmail,
        "--Portal:Admin:Password", PortalHost.AdminPassword, "--Portal:Demo", "false", "--Logging:LogLevel:Default", "Warning",
    ];

    /// <summary>
    /// Compares the ledger with the provider's own log, and with what callers saw. A line for each attempt that is lost, there twice,
    /// priced wrongly or confirmed without having been served, and for each hold that is left; none when all is well.
    /// </summary>
    /// <param name="since">Entries begun before have been compared already.</param>
    /// <param name="ends">What became of the calls since then.</param>
    public async Task<IReadOnlyList<string>> CompareAsync(DateTimeOffset since, IReadOnlyCollection<CallEnd> ends)
    {
        var faults = new List<string>();
        var entries = await EntriesAsync(since);
        foreach (var entry in entries)
        {
            if (!_confirmed.TryAdd(entry.Id, entry.Status) && since == default) _confirmed[entry.Id] = entry.Status;
            Upstream.Log.TryGetValue(entry.Id, out var seen);
            var confirmed = entry.Status is "ok" or "partial";
            if (seen is null && (confirmed || entry.Cost != 0)) faults.Add($"{entry.Id} is {entry.Status} at {entry.Cost}, and the provider never saw it");
            if (seen is not null && entry.Status == "ok" && (entry.Cost, entry.Tokens) != (seen.Cost, seen.Tokens))
                faults.Add($"{entry.Id} costs {entry.Cost} for {entry.Tokens} tokens and not {seen.Cost} for {seen.Tokens}");
            if (seen is not null && entry.Status == "failed") faults.Add($"{entry.Id} was served and is down as failed");
            if (entry.Status == "unknown" && entry.Unresolved <= 0) faults.Add($"{entry.Id} is unknown and holds nothing");
        }

        faults.AddRange(entries.GroupBy(entry => entry.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key} is on the ledger {group.Count()} times"));
        faults.AddRange(Upstream.Log.Values.Where(seen => !_confirmed.ContainsKey(seen.Id)).Select(seen => $"{seen.Id} was served and is not on the ledger"));
        faults.AddRange(Upstream.Log.Values.Where(seen => seen.Arrivals != 1).Select(seen => $"{seen.Id} was sent {seen.Arrivals} times"));
        var byRequest = entries.ToLookup(entry => entry.RequestId);
        foreach (var end in ends.Where(end => end.Whole && !end.Streamed))
        {
            if (byRequest[end.RequestId!.Value].All(entry => entry.Status != "ok")) faults.Add($"call {end.RequestId} was answered and is not settled");
        }

        faults.AddRange(await CallFaultsAsync(since));
        return faults;
    }

    /// <summary>What budgets hold though nothing is under way, and whether they have spent what the ledger says.</summary>
    public async Task<IReadOnlyList<string>> BudgetFaultsAsync()
    {
        var faults = new List<string>();
        var list = await QuotasAsync();
        foreach (var quota in list.GetProperty("data").EnumerateArray())
        {
            var (spent, unknown) = await CountedAsync(quota.GetProperty("unit").GetString());
            var (held, used, open) = (Money(quota, "held_quota"), Money(quota, "used_quota"), Money(quota, "unknown_quota"));
            if (held != 0) faults.Add($"budget {quota.GetProperty("name")} still holds {held}");
            if (used != spent || open != unknown) faults.Add($"budget {quota.GetProperty("name")} has used {used} and {open}; the ledger says {spent} and {unknown}");
        }

        faults.AddRange(await LedgerVerify.RunAsync(_database.Portal, CancellationToken.None));
        return faults;
    }

    public Task<long> CountAsync(string status) => _database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE status = $1", status);

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await Upstream.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static decimal Money(JsonElement quota, string name) => decimal.Parse(quota.GetProperty(name).GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private async Task ProvisionAsync()
    {
        var session = await PostAsync("/api/v1/auth/login", new { email = PortalHost.AdminEmail, password = PortalHost.AdminPassword });
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("access_token").GetString());
        var token = await PostAsync("/api/v1/service-tokens", new { name = "durability", role = "administrator" });
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("token").GetString());
        await PostAsync("/api/v1/providers", new { name = "witness", kind = "openai-compatible", base_url = Upstream.BaseUrl, api_key = "upstream", models = new[] { Model }, allow_private = true });
        await PostAsync("/api/v1/cost/models", new { name = Model, provider = "witness", input_price = 2, output_price = 8, unit_size = 1_000_000, max_output = 1000, context_window = 100_000 });
        await PostAsync("/api/v1/cost/quotas", new { name = "all", quota_type = "organization", total_quota = 1_000_000, period_type = "total", hold = "strict" });
        foreach (var unit in (string[])["tokens", "requests"])
            await PostAsync("/api/v1/cost/quotas", new { name = unit, quota_type = "organization", unit, total_quota = 1_000_000_000, period_type = "total", hold = "strict" });
        var key = await PostAsync("/api/v1/keys", new { name = "load", budget = new { limit = 1_000_000, period = "total" } });
        Secret = key.GetProperty("key").GetString()!;
    }

    /// <summary>Connections of an outage may still be found broken, one request at a time.</summary>
    private async Task<JsonElement> QuotasAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var answer = await _admin.GetAsync("/api/v1/cost/quotas");
            if (answer.IsSuccessStatusCode || TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
                return JsonElement.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        }
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await _admin.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new IOException($"{path}: {(int)response.StatusCode} {text}");
    }

    private async Task<IReadOnlyList<string>> CallFaultsAsync(DateTimeOffset since)
    {
        var faults = new List<string>();
        var doubled = await _database.ScalarAsync<long>("SELECT count(*) - count(DISTINCT id) FROM call_log WHERE started_at >= $1", since);
        var missing = await _database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries e WHERE e.started_at >= $1 AND NOT EXISTS (SELECT 1 FROM call_log c WHERE c.id = e.request_id)", since);
        if (doubled != 0) faults.Add($"{doubled} calls are in the call log twice");
        if (missing != 0) faults.Add($"{missing} calls are not in the call log");
        return faults;
    }

    private async Task<(decimal Spent, decimal Unknown)> CountedAsync(string? unit)
    {
        var (spent, unknown) = unit switch
        {
            "usd" => ("sum(total_cost)", "sum(unresolved_cost)"),
            "tokens" => ($"sum({Tokens}) FILTER (WHERE status <> 'unknown')", "sum(unresolved_tokens)"),
            _ => ("count(*) FILTER (WHERE status IN ('ok', 'partial'))", "count(*) FILTER (WHERE status = 'unknown')"),
        };
        return (await SumAsync(spent), await SumAsync(unknown));

        Task<decimal> SumAsync(string sum) => _database.ScalarAsync<decimal>($"SELECT coalesce({sum}, 0)::numeric FROM ledger_entries");
    }

    private async Task<List<(Guid Id, Guid RequestId, string Status, decimal Cost, long Tokens, decimal Unresolved)>> EntriesAsync(DateTimeOffset since)
    {
        await using var command = _database.Portal.System.CreateCommand($"SELECT id, request_id, status, total_cost, {Tokens}, unresolved_cost FROM ledger_entries WHERE started_at >= $1");
        command.Parameters.Add(new NpgsqlParameter { Value = since });
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<(Guid, Guid, string, decimal, long, decimal)>();
        while (await reader.ReadAsync()) entries.Add((reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetDecimal(3), reader.GetInt64(4), reader.GetDecimal(5)));
        return entries;
    }
}

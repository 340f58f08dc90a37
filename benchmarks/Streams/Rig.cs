using System.Globalization;
using Npgsql;

namespace AiPortal.Benchmarks.Streams;

/// <summary>A portal with accounts of the three dialects at one provider, and a key under a budget of its own and one of the organization.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private Rig(PortalUnderTest portal, Provider provider) => (Portal, Provider) = (portal, provider);

    public PortalUnderTest Portal { get; }

    public Provider Provider { get; }

    public string Secret { get; private set; } = "";

    /// <summary>Of a key that may call once a minute.</summary>
    public string SlowSecret { get; private set; } = "";

    public static string ModelOf(Dialect dialect) => "streams-" + dialect.Kind;

    /// <summary>At an account of its own, because its failures would put it out.</summary>
    public const string FlakyModel = "streams-flaky";

    public static async Task<Rig> StartAsync(int port, params string[] settings)
    {
        var provider = await Provider.StartAsync();
        var rig = new Rig(await PortalUnderTest.StartAsync(port, kept: null, ["--environment", "Production", "--Portal:PrivateUpstreams", "127.0.0.0/8", .. settings]), provider);
        await rig.ProvisionAsync();
        return rig;
    }

    public ProcessFigures Figures() => ProcessFigures.Of(Portal.ProcessId);

    /// <summary>What the portal says of its memory, bytes: the heap after its last collection, the large object heap of it, and what is committed.</summary>
    public async Task<HeapFigures> HeapAsync()
    {
        var values = (await Portal.TextAsync("metrics")).Split('\n').Where(line => line.StartsWith("dotnet_gc_", StringComparison.Ordinal))
            .Select(line => line.Split(' ')).ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
        double Of(string name) => values.GetValueOrDefault(name);
        return new HeapFigures(Of("dotnet_gc_heap_bytes"), Of("dotnet_gc_generation_bytes{generation=\"loh\"}"), Of("dotnet_gc_committed_bytes"), Of("dotnet_gc_collections_total{generation=\"2\"}"));
    }

    /// <summary>Waits until every attempt of the provider's log is on the ledger, and says what differs.</summary>
    public async Task<IReadOnlyList<string>> CompareAsync()
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (await CountAsync() < Provider.Log.Count && TimeProvider.System.GetUtcNow() < until) await Task.Delay(250);
        var faults = new List<string>();
        if (Provider.Doubled > 0) faults.Add($"{Provider.Doubled} attempts came to the provider twice or without an id");
        var seen = 0;
        await using var connection = new NpgsqlConnection(Portal.Superuser);
        await connection.OpenAsync();
        await using (var command = new NpgsqlCommand("SELECT id, status, total_cost FROM ledger_entries", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var (id, status, cost) = (reader.GetGuid(0), reader.GetString(1), reader.GetDecimal(2));
                if (!Provider.Log.TryGetValue(id, out var served))
                {
                    faults.Add($"entry {id} ({status}, {cost} USD) was never at the provider");
                    continue;
                }

                seen++;
                var right = served.Cost switch
                {
                    null => status is "partial" or "unknown" && cost >= 0,
                    0 => status == "failed" && cost == 0,
                    // A caller who left before the end makes a whole answer a part of one.
                    { } whole => (status == "ok" && cost == whole) || (status == "partial" && cost > 0),
                };
                if (!right) faults.Add($"entry {id}: {status}, {cost} USD; the provider's log says {served.Cost?.ToString(CultureInfo.InvariantCulture) ?? "broken off"}");
            }
        }

        if (seen < Provider.Log.Count) faults.Add($"{Provider.Log.Count - seen} of {Provider.Log.Count} attempts are not on the ledger");
        return faults;
    }

    /// <summary>How many entries are settled whole.</summary>
    public async Task<long> SettledAsync() => (long)(await Portal.ScalarAsync("SELECT count(*) FROM ledger_entries WHERE status = 'ok'"))!;

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Provider.DisposeAsync();
    }

    private async Task<long> CountAsync() => (long)(await Portal.ScalarAsync("SELECT count(*) FROM ledger_entries"))!;

    private async Task ProvisionAsync()
    {
        foreach (var dialect in Dialect.All) await AddAsync(ModelOf(dialect), dialect);
        await AddAsync(FlakyModel, Dialect.All[0]);
        await Portal.PostAsync("cost/quotas", new { name = "streams", quota_type = "organization", total_quota = 10_000_000 });
        Secret = await KeyAsync(new { name = "streams", budget = new { limit = 10_000_000, period = "monthly" } });
        SlowSecret = await KeyAsync(new { name = "slow", rate_limit = new { rpm = 1 } });
    }

    private async Task<string> KeyAsync(object draft) => (await Portal.PostAsync("keys", draft)).GetProperty("key").GetString()!;

    private async Task AddAsync(string model, Dialect dialect)
    {
        await Portal.PostAsync("providers", new { name = model, kind = dialect.Kind, base_url = dialect.BaseUrl(Provider.Address), api_key = "upstream-key", models = new[] { model }, allow_private = true });
        await Portal.PostAsync("cost/models", new { name = model, provider = model, input_price = Script.InputPrice, output_price = Script.OutputPrice, unit_size = 1_000_000, max_output = 4096 });
    }
}

// Entries a second into PostgreSQL, through the portal's own writer, with rollups, budgets, alerts, the call log and all indexes.
//   dotnet run --project benchmarks/Ingest -c Release [-- ENTRIES]
// The journal is filled first; timed is the writer alone, from its first batch to the last commit. Then everything is verified.
using System.Diagnostics;
using System.Globalization;
using AiPortal.Benchmarks;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Extensions.DependencyInjection;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000;
await using var bench = await BenchDatabase.StartAsync();
await using var services = bench.Services(count + 1);
var (journal, writer) = (services.GetRequiredService<Journal>(), services.GetRequiredService<LedgerWriter>());
var random = new Random(1);
var end = TimeProvider.System.GetUtcNow();
var filling = Stopwatch.StartNew();
for (var i = 0; i < count; i++)
{
    var (intent, settlement) = Entry(i);
    journal.Append(intent);
    journal.Append(settlement);
    writer.Post(intent, settlement, Call(intent, settlement));
}

Console.WriteLine($"{count:N0} attempts journalled in {filling.Elapsed.TotalSeconds:0.0} s ({count / filling.Elapsed.TotalSeconds:N0}/s), {journal.State.BytesPending / count:N0} bytes each");
var (before, serverBefore) = (Process.GetCurrentProcess().TotalProcessorTime, bench.ProcessorTime());
var watch = Stopwatch.StartNew();
await writer.StartAsync(default);
while (journal.State.EntriesUndrained > 0) await Task.Delay(5);
watch.Stop();
var own = Process.GetCurrentProcess().TotalProcessorTime - before;
Console.WriteLine($"{count:N0} entries and as many call rows written in {watch.Elapsed.TotalSeconds:0.00} s: **{count / watch.Elapsed.TotalSeconds:N0} entries/s**");
var server = bench.ProcessorTime() - serverBefore;
Console.WriteLine($"processor time an entry: portal {own.TotalMicroseconds / count:0} µs, PostgreSQL {server.TotalMicroseconds / count:0} µs, which alone allow {count / (own + server).TotalSeconds:N0} entries/s one after the other");
Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Trim()}; {Environment.ProcessorCount} cores");
await writer.StopAsync(default);
var faults = await LedgerVerify.RunAsync(bench.Portal, default);
Console.WriteLine(faults.Count == 0 ? "verify: everything adds up" : $"verify: {faults.Count} differences, {faults[0]}");
return faults.Count == 0 ? 0 : 1;

(Intent, Settlement) Entry(int i)
{
    var key = random.Next(BenchDatabase.Keys);
    var startedAt = end.AddMinutes(-60).AddTicks(TimeSpan.FromMinutes(60).Ticks / count * i);
    var usage = new Usage(random.Next(20, 4000), random.Next(0, 2000), 0, random.Next(1, 900), 0);
    var intent = new Intent
    {
        EntryId = Ids.New(TimeProvider.System),
        RequestId = Ids.New(TimeProvider.System),
        Attempt = 1,
        StartedAt = startedAt,
        Attribution = new Attribution(bench.OrganizationId, TeamId: bench.TeamIds[key % BenchDatabase.Teams], KeyId: bench.KeyIds[key]),
        ProviderId = bench.ProviderIds[i % 3],
        ProviderName = $"provider-{i % 3}",
        ModelName = BenchDatabase.Models[random.Next(4)],
        UpstreamModel = "upstream",
        RequestType = "chat",
        SessionId = $"session-{i / 10}",
        ClientIp = "203.0.113.7",
        Tags = new Dictionary<string, string> { ["feature"] = $"f{i % 7}" },
        Streamed = i % 2 == 0,
    };
    var cost = new Cost(usage.Input * 0.0000025m, usage.CachedInput * 0.00000125m, 0, usage.Output * 0.00001m, 0, 0);
    return (intent, new Settlement { EntryId = intent.EntryId, Status = EntryStatus.Ok, Final = true, Usage = usage, Cost = cost, LatencyMs = 700, TtftMs = 120, EndedAt = startedAt.AddMilliseconds(700), UpstreamRequestId = "req_0123456789", UpstreamStatus = 200 });
}

static CallLogRow Call(Intent intent, Settlement settlement) => new()
{
    Id = intent.RequestId,
    StartedAt = intent.StartedAt,
    OrganizationId = intent.Attribution.OrganizationId,
    Status = CallStatus.Ok,
    HttpStatus = 200,
    TeamId = intent.Attribution.TeamId,
    KeyId = intent.Attribution.KeyId,
    ModelName = intent.ModelName,
    ProviderId = intent.ProviderId,
    ProviderName = intent.ProviderName,
    RequestType = intent.RequestType,
    Streamed = intent.Streamed,
    Attempts = 1,
    InputUnits = settlement.Usage.Input + settlement.Usage.CachedInput,
    OutputUnits = settlement.Usage.Output,
    TotalCost = settlement.Cost.Total,
    LatencyMs = settlement.LatencyMs,
    TtftMs = settlement.TtftMs,
    ClientIp = intent.ClientIp,
    SessionId = intent.SessionId,
    Tags = new Dictionary<string, string>(intent.Tags!),
};

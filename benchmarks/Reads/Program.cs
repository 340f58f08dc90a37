// How fast the API answers over a large ledger: a portal of its own on a temporary data directory, entries made by SQL over 90 days,
// then each read in turn. Builds first: dotnet build AiPortal -c Release
//   dotnet run --project benchmarks/Reads -c Release [-- ENTRIES [REPETITIONS [DIRECTORY]]]
// Ten million entries take about 12 GB of disk while it runs; all of it is removed, unless a directory is named: that is kept, and
// used again by the next run that names it.
using System.Diagnostics;
using System.Globalization;
using AiPortal.Benchmarks;
using AiPortal.Benchmarks.Reads;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var entries = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 10_000_000;
var repetitions = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 40;
await using var portal = await PortalUnderTest.StartAsync(18190, args.Length > 2 ? args[2] : null);
await portal.ProvisionAsync(keys: 100);
var watch = Stopwatch.StartNew();
if (await portal.ScalarAsync("SELECT 1 FROM ledger_entries LIMIT 1") is null) await new LargeLedger(portal).MakeAsync(entries);
Console.WriteLine($"{entries:N0} entries, calls and their rollups, made in {watch.Elapsed.TotalSeconds:0} s; {await portal.ScalarAsync("SELECT pg_size_pretty(pg_database_size('portal'))")}, {await portal.ScalarAsync("SELECT count(*) FROM usage_rollups")} rollup rows");
var budget = await portal.MakeBudgetAsync();
var (key, team) = (portal.Keys[3], portal.Teams[1]);
var from = TimeProvider.System.GetUtcNow().AddDays(-30).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
(string Name, string Path)[] reads =
[
    ("dashboard", "cost/dashboard"),
    ("calls, 30 days", "calls?limit=50"),
    ("calls, one key", $"calls?limit=50&key_id={key}"),
    ("calls, one team", $"calls?limit=50&team_id={team}"),
    ("calls, one model", "calls?limit=50&model=model-7"),
    ("calls, refused (none)", "calls?limit=50&status=refused"),
    ("calls, failed (1 in 50)", "calls?limit=50&status=failed"),
    ("calls, a model nobody called", "calls?limit=50&model=none"),
    ("calls, one session (20)", "calls?limit=50&session_id=session-499000"),
    ("calls, an account nobody named", "calls?limit=50&account_id=none"),
    ("records, from a date", $"cost/records?limit=50&from={from}"),
    ("records, one key and model", $"cost/records?limit=50&key_id={key}&model=model-3"),
    ("key", $"keys/{key}"),
    ("keys", "keys?limit=50"),
    ("budget", $"cost/quotas/{budget}"),
    ("budgets", "cost/quotas?limit=50"),
    ("ledger health", "ledger/health"),
    ("analytics by key, 30 days", "cost/analytics?group_by=key"),
];
Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Trim()}, {Environment.ProcessorCount} cores\n\n| read | p50 ms | p95 ms |\n|---|---|---|");
foreach (var (name, path) in reads) Show(name, await portal.TimeAsync(path, repetitions));
Show("calls, page after page of 500", await portal.WalkAsync("calls?limit=500", pages: repetitions));
await using var database = portal.Database();
foreach (var (name, read) in await new PageReads(database, portal).AllAsync(Guid.Parse(budget))) Show(name, await PortalUnderTest.TimeAsync(read, repetitions));
Console.WriteLine($"\nload average {File.ReadAllText("/proc/loadavg").Trim()}");

static void Show(string name, List<double> times) => Console.WriteLine($"| {name} | {times[times.Count / 2]:0.0} | {times[Math.Min(times.Count - 1, times.Count * 95 / 100)]:0.0} |");

// How fast every page and every read of the API answers in a company of 5,000 people, 300 teams and 20,000 keys with 200,000 calls: the portal in this
// process, with its private PostgreSQL on a temporary data directory.
//   dotnet run --project benchmarks/Pages -c Release [-- REPETITIONS [DIRECTORY [ONLY]]]
// A directory that is named is kept, and used again by the next run that names it; ONLY measures what has this in its path.
// Exit code 1: something's 95th percentile is above 100 ms.
using System.Diagnostics;
using System.Globalization;
using AiPortal.Benchmarks.Pages;

CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
const double Bound = 100;
var repetitions = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 30;
var only = args.Length > 2 ? args[2] : "";
await using var bench = await Bench.StartAsync(args.Length > 1 ? args[1] : null);
var places = new Places(bench.Services, await bench.ExamplesAsync());
Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Trim()}, {Environment.ProcessorCount} cores");
var slow = new List<string>();

Console.WriteLine($"\n### Pages, live\n\n| page | {string.Join(" | ", bench.People.Select(person => $"{person.Title}: p50 ms | p95 ms | queries"))} |\n|---{string.Concat(Enumerable.Repeat("|---:|---:|---:", bench.People.Count))}|");
foreach (var page in places.Pages.Where(IsWanted))
{
    Console.Write($"| `{page}` ");
    foreach (var person in bench.People)
    {
        var drawn = new Drawn();
        var times = await TimeAsync(async () => (drawn = await Circuit.DrawAsync(bench.Services, bench.Site, page, person)).Milliseconds);
        Show(times, $"{page} ({person.Title})");
        Console.Write($"| {drawn.Queries} ");
    }

    Console.WriteLine("|");
}

await RequestsAsync("Pages, first HTML", "page", places.Documents, person => person.Browser);
await RequestsAsync("API", "read", places.Reads, person => person.Api);
Console.WriteLine($"\nload average {File.ReadAllText("/proc/loadavg").Trim()}");
Console.WriteLine(slow.Count == 0 ? $"\nAll within {Bound} ms." : $"\nAbove {Bound} ms: {string.Join("; ", slow)}");
return slow.Count == 0 ? 0 : 1;

bool IsWanted(string path) => path.Contains(only, StringComparison.Ordinal);

async Task RequestsAsync(string title, string first, IEnumerable<string> paths, Func<Person, HttpClient> client)
{
    Console.WriteLine($"\n### {title}\n\n| {first} | {string.Join(" | ", bench.People.Select(person => $"{person.Title}: p50 ms | p95 ms"))} |\n|---{string.Concat(Enumerable.Repeat("|---:|---:", bench.People.Count))}|");
    foreach (var path in paths.Where(IsWanted))
    {
        Console.Write($"| `{path}` ");
        foreach (var person in bench.People)
        {
            var times = await TimeAsync(async () =>
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await client(person).GetAsync(path);
                await answer.Content.ReadAsByteArrayAsync();
                if ((int)answer.StatusCode >= 500 || (answer.StatusCode == System.Net.HttpStatusCode.BadRequest)) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            });
            Show(times, $"{path} ({person.Title})");
        }

        Console.WriteLine("|");
    }
}

// The first three are not counted.
async Task<double[]> TimeAsync(Func<Task<double>> once)
{
    var times = new List<double>();
    for (var i = -3; i < repetitions; i++)
    {
        var took = await once();
        if (i >= 0) times.Add(took);
    }

    return [.. times.Order()];
}

void Show(double[] times, string what)
{
    var (p50, p95) = (times[times.Length / 2], times[Math.Min(times.Length - 1, times.Length * 95 / 100)]);
    Console.Write($"| {p50:0.0} | {(p95 > Bound ? $"**{p95:0.0}**" : $"{p95:0.0}")} ");
    if (p95 > Bound) slow.Add($"{what} {p95:0}");
}

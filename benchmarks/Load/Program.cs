// Provisions a portal that serves nobody else, puts the same loads on no proxy, the bare forwarder and the gateway in
// turn, and prints tables. Started by ../run.sh, which starts the servers. Arguments are NAME=VALUE:
//   json, paced        addresses of the mock providers (json answers bench-json and bench-sse)
//   forwarder, portal  addresses of both proxies
//   forwarder-pid, portal-pid, postgres-pid, email, password
//   rounds, seconds, rate
//   saturate           FOLDER with post.lua: plain calls by wrk instead, a minute of forwarder and gateway each at the end; body, a file to write
//                      the request into; portkey, portkey-pid, another gateway to put beside
// Ends with 1 when a call failed or the ledger does not hold exactly what the calls cost.
using System.Diagnostics;
using System.Globalization;
using AiPortal.Benchmarks.Load;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Stopwatch.Frequency != 1_000_000_000) throw new PlatformNotSupportedException("The clock must count nanoseconds, as on Linux.");
var given = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
int Number(string name) => int.Parse(given[name], CultureInfo.InvariantCulture);

Dictionary<string, string> paths = new() { ["bench-json"] = "json", ["bench-sse"] = "sse", ["bench-paced"] = "paced" };
Uri Upstream(string model) => new($"{given[model == "bench-paced" ? "paced" : "json"]}/{paths[model]}/v1");

using var portal = new Portal(new Uri(given["portal"]));
var key = await portal.ProvisionAsync(given["email"], given["password"], paths.Keys.ToDictionary(model => model, Upstream));
List<Target> targets =
[
    new(Report.Direct, model => new Uri($"{Upstream(model)}/chat/completions")),
    new(Report.Forwarder, model => new Uri($"{given["forwarder"]}/{paths[model]}/v1/chat/completions"), Process: Number("forwarder-pid")),
    new(Report.Gateway, _ => new Uri($"{given["portal"]}/v1/chat/completions"), key, Number("portal-pid"), Number("postgres-pid")),
];
if (given.TryGetValue("saturate", out var scripts))
{
    if (given.TryGetValue("portkey", out var portkey))
        targets.Insert(2, new Target("Portkey", _ => new Uri($"{portkey}/v1/chat/completions"), "none", Number("portkey-pid"), Headers: $"x-portkey-provider: openai\nx-portkey-custom-host: {Upstream("bench-json")}"));
    await File.WriteAllTextAsync(given["body"], Request.BodyOf("bench-json", stream: false, ""));
    var runs = Saturation.Run(targets, Path.Combine(scripts, "post.lua"), given["body"], Number("rounds"), Number("seconds"));
    Saturation.Write(Console.Out, runs, targets[1]);
    var failed = runs.Sum(run => run.Failures);
    var sent = runs.Where(run => run.Target.StartsWith(Report.Gateway, StringComparison.Ordinal)).Sum(run => run.Calls);
    Console.WriteLine($"\nThe gateway answered {sent:N0} calls in the rounds shown; failures in all: {failed}.");
    return failed == 0 ? 0 : 1;
}

var scenarios = Scenario.All(Number("rate"));
var measurements = new List<Measurement>();
for (var round = 0; round <= Number("rounds"); round++)
{
    // Round 0 warms up, and each round begins with another target.
    foreach (var scenario in scenarios)
    {
        foreach (var target in targets)
        {
            var taken = Measurement.Take(round, scenario, target, Number("seconds"));
            measurements.Add(taken);
            Console.Error.WriteLine($"round {round}, {scenario.Title}, {target.Name}: {taken.Load.PerSecond:F0}/s, p50 {taken.Load.Latency.At(0.5):F2} ms, CPU {taken.Cpu:F3} s, {taken.Load.Failures} failures");
        }
    }

    targets = [.. targets.Skip(1), targets[0]];
}

new Report([.. measurements.Where(m => m.Round > 0)]).Write(Console.Out);
var failures = measurements.Sum(m => m.Load.Failures);
var calls = measurements.Where(m => m.Target == Report.Gateway).Sum(m => m.Load.Calls);
var (spent, expected) = await portal.SettledAsync(calls);
Console.WriteLine($"\nThe gateway answered {calls:N0} calls, warming up included; they cost ${expected}, and the organization's budget holds ${spent}. Failures in all: {failures}.");
return failures == 0 && spent == expected ? 0 : 1;

// Many streams at once, and many calls for long: a portal of its own (Release, private PostgreSQL on a temporary data directory)
// between callers and a provider of this process, which look at every byte and compare the ledger with the provider's own log.
// Builds first: dotnet build AiPortal -c Release
//   dotnet run --project benchmarks/Streams -c Release -- open [STREAMS [CHUNKS [DELAY]]]        5000 streams, 20 chunks, 2000 ms
//   dotnet run --project benchmarks/Streams -c Release -- soak [MINUTES [WARMING [RATE [SEED]]]]  60 minutes, 5 of them warming up, 40 calls a second
// Both ends of every call are here: 5,000 streams are 10,000 sockets of this process and as many of the portal's (ulimit -n).
// PORT [18200] is where the portal listens. Ends with 1 when a call was wrong, the ledger differs, or memory is above its bound or grows.
using System.Globalization;
using AiPortal.Benchmarks.Streams;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int Number(int at, int standard) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : standard;
var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "18200", CultureInfo.InvariantCulture);
if (args is not ["open" or "soak", ..])
{
    await Console.Error.WriteLineAsync("Say 'open' or 'soak'.");
    return 2;
}

await using var rig = await Rig.StartAsync(port);
Console.WriteLine($"- {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} cores, load average {File.ReadAllText("/proc/loadavg").Trim()}");
var right = args[0] == "open"
    ? await new OpenRun(rig, Number(1, 5000), Number(2, 20), Number(3, 2000)).RunAsync(Console.Out)
    : await new SoakRun(rig, Number(1, 60), Number(2, 5), Number(3, 40), Number(4, 20261121)).RunAsync(Console.Out);
Console.WriteLine(right ? "\nAll is as it should be." : "\nNot as it should be.");
return right ? 0 : 1;

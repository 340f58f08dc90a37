using System.Collections.Concurrent;
using System.Text;

namespace AiPortal.Benchmarks.Streams;

/// <summary>Calls of every kind at a steady rate: three ways in, three dialects out, plain and streamed, failed, refused and left.</summary>
internal sealed class MixedTraffic(Rig rig, int seed) : IDisposable
{
    private readonly Caller _caller = new(rig.Portal.Address, rig.Secret);
    private readonly Random _random = new(seed);
    private int _ids;
    private int _running;
    private int _ended;

    public ConcurrentDictionary<string, int> Kinds { get; } = new();

    public ConcurrentQueue<string> Faults { get; } = new();

    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Until it is stopped, and then until the last call has ended.</summary>
    public async Task RunAsync(int perSecond, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) Begin();
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }

        while (Volatile.Read(ref _running) > 0) await Task.Delay(50, CancellationToken.None);
    }

    public void Dispose() => _caller.Dispose();

    private async void Begin()
    {
        var (kind, call) = Next();
        Interlocked.Increment(ref _running);
        var end = await call;
        Kinds.AddOrUpdate(kind, 1, (_, count) => count + 1);
        if (end.Fault is not null && Faults.Count < 1000) Faults.Enqueue($"{kind}: {end.Fault}");
        Interlocked.Increment(ref _ended);
        Interlocked.Decrement(ref _running);
    }

    private (string Kind, Task<CallEnd> Call) Next()
    {
        var (inward, outward) = (Pick(Dialect.All), Pick(Dialect.All));
        var (way, model, id) = ($"{inward.Kind} at {outward.Kind}", Rig.ModelOf(outward), Interlocked.Increment(ref _ids));
        var output = 1 + _random.Next(200);
        return _random.Next(100) switch
        {
            < 45 => ($"plain, {way}", _caller.CallAsync(inward, outward, model, stream: false, new Script(id, _random.Next(1, 200), Output: output))),
            < 80 => ($"streamed, {way}", _caller.CallAsync(inward, outward, model, stream: true, new Script(id, _random.Next(1, 120), _random.Next(0, 40), output))),
            < 84 => ("left midway", _caller.CallAsync(inward, outward, model, stream: true, new Script(id, 60, 30, output), leaveAfter: _random.Next(1, 4000))),
            < 86 => ("provider fails", Expected(_caller.CallAsync(Dialect.All[0], Dialect.All[0], Rig.FlakyModel, stream: _random.Next(2) == 0, new Script(id, 1, Status: 500)))),
            < 88 => ("provider breaks off", Expected(_caller.CallAsync(Dialect.All[0], Dialect.All[0], Rig.FlakyModel, stream: true, new Script(id, 30, 1, output, Cut: _random.Next(2, 20))))),
            < 90 => ("provider refuses", Expected(_caller.CallAsync(inward, outward, model, stream: _random.Next(2) == 0, new Script(id, 1, Status: 422)))),
            < 92 => ("refused, key", RefusedAsync(inward.Ask("sk-ap-unknown", model, stream: true, new Script(id, 1)), 401)),
            < 94 => ("refused, model", RefusedAsync(inward.Ask(rig.Secret, "no-such-model", stream: false, new Script(id, 1)), 404)),
            < 96 => ("refused, limit", OneOfAsync(inward.Ask(rig.SlowSecret, model, stream: false, new Script(id, 1)), 429)),
            < 98 => ("refused, JSON", RefusedAsync(Broken(inward.Ask(rig.Secret, model, stream: false, new Script(id, 1))), 400)),
            _ => ("long question", _caller.CallAsync(inward, outward, model, stream: true, new Script(id, 2_000, 0, output))),
        };
    }

    private static HttpRequestMessage Broken(HttpRequestMessage request)
    {
        request.Content = new StringContent("{\"model\":", Encoding.UTF8, "application/json");
        return request;
    }

    /// <summary>The call fails, and is said to; anything but a whole answer is right.</summary>
    private static async Task<CallEnd> Expected(Task<CallEnd> calling)
    {
        var end = await calling;
        return end.Fault is null ? new CallEnd(end.Status, "a failure looks like a whole answer") : end with { Fault = null };
    }

    private async Task<CallEnd> RefusedAsync(HttpRequestMessage request, int status)
    {
        using (request) return await _caller.RefusedAsync(request, status);
    }

    /// <summary>One a minute goes through.</summary>
    private async Task<CallEnd> OneOfAsync(HttpRequestMessage request, int status)
    {
        using (request)
        {
            var end = await _caller.RefusedAsync(request, status);
            return end.Status == 200 ? end with { Fault = null } : end;
        }
    }

    private T Pick<T>(T[] all) => all[_random.Next(all.Length)];
}

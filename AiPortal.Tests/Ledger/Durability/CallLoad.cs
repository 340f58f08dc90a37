using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>How one call ended for its caller. Status 0: the connection broke.</summary>
/// <param name="RequestId">As the portal named it; null where no headers came.</param>
/// <param name="Whole">The answer came to its end.</param>
/// <param name="RetryAfter">Of a refusal.</param>
internal sealed record CallEnd(int Status, bool Streamed, Guid? RequestId, bool Whole, TimeSpan Took, TimeSpan? RetryAfter)
{
    /// <summary>Monotonic.</summary>
    public long BeganTicks { get; init; }
}

/// <summary>Plain and streamed calls in turn at a steady rate, whatever becomes of them.</summary>
internal sealed class CallLoad : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _calls = [];
    private readonly Task _running;
    private int _started;

    private CallLoad(Uri address, string secret, TimeSpan every)
    {
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        _running = RunAsync(every);
    }

    public ConcurrentQueue<CallEnd> Ends { get; } = new();

    public static CallLoad Begin(Uri address, string secret, int perSecond = 100) => new(address, secret, TimeSpan.FromSeconds(1.0 / perSecond));

    /// <summary>Waits until so many calls have begun.</summary>
    public async Task StartedAsync(int calls, Func<bool> orElse)
    {
        while (Volatile.Read(ref _started) < calls && !orElse()) await Task.Delay(5);
    }

    /// <summary>Waits until so many calls were served: from then on the portal has what it needs of the budgets.</summary>
    public async Task ServedAsync(int calls, Func<bool> orElse)
    {
        while (Ends.Count(call => call.Status == 200) < calls && !orElse()) await Task.Delay(5);
    }

    /// <summary>Begins no more calls and waits for those under way.</summary>
    public async Task EndAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await Task.WhenAll(_calls);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(TimeSpan every)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) _calls.Add(CallAsync(Interlocked.Increment(ref _started) % 2 == 0));
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
    }

    private async Task CallAsync(bool streamed)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (status, whole) = (0, false);
        Guid? id = null;
        TimeSpan? retryAfter = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(Body(streamed), Encoding.UTF8, "application/json") };
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            status = (int)answer.StatusCode;
            id = answer.Headers.TryGetValues("x-request-id", out var values) && Guid.TryParse(values.First(), out var parsed) ? parsed : null;
            retryAfter = answer.Headers.RetryAfter?.Delta;
            var text = await answer.Content.ReadAsStringAsync();
            whole = answer.StatusCode == HttpStatusCode.OK && (!streamed || text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException or SocketException)
        {
            // The portal was killed under the call.
        }

        Ends.Enqueue(new CallEnd(status, streamed, id, whole, TimeProvider.System.GetElapsedTime(began), retryAfter) { BeganTicks = began });
    }

    private static string Body(bool streamed) =>
        "{\"model\":\"" + DurabilityRig.Model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Say a few words.\"}],\"max_tokens\":100" + (streamed ? ",\"stream\":true}" : "}");
}

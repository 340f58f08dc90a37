using System.Text;

namespace AiPortal.Benchmarks.Streams;

/// <summary>How a call ended for its caller; <paramref name="Fault"/> says what was wrong with it.</summary>
internal sealed record CallEnd(int Status, string? Fault);

/// <summary>Applications that call through the portal and look at every byte they get.</summary>
internal sealed class Caller(Uri portal, string secret) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = int.MaxValue,
        ActivityHeadersPropagator = null,
        // Who leaves closes his connection at once.
        MaxResponseDrainSize = 0,
    });

    public void Dispose() => _http.Dispose();

    /// <param name="inward">The caller's dialect.</param>
    /// <param name="outward">The provider's; where it is the same the answer must be the provider's to the byte.</param>
    /// <param name="model">One of the provider's.</param>
    /// <param name="stream">Whether the answer is streamed.</param>
    /// <param name="script">What the provider answers.</param>
    /// <param name="leaveAfter">He leaves once so many bytes have come; 0: he stays.</param>
    /// <param name="begun">Is told that the first bytes are there.</param>
    public async Task<CallEnd> CallAsync(Dialect inward, Dialect outward, string model, bool stream, Script script, int leaveAfter = 0, Action? begun = null)
    {
        using var request = inward.Ask(secret, model, stream, script);
        return await SendAsync(request, response => LookAsync(response, inward, outward, stream, script, leaveAfter, begun));
    }

    /// <summary>A call that is to be refused with this status.</summary>
    public async Task<CallEnd> RefusedAsync(HttpRequestMessage request, int status) => await SendAsync(request, async response =>
    {
        var text = await response.Content.ReadAsStringAsync();
        return (int)response.StatusCode == status && text.Contains("\"error\"", StringComparison.Ordinal) ? null : $"{(int)response.StatusCode} instead of {status}: {text}";
    });

    private async Task<CallEnd> SendAsync(HttpRequestMessage request, Func<HttpResponseMessage, Task<string?>> look)
    {
        request.RequestUri = new Uri(portal, request.RequestUri!);
        try
        {
            using var response = await _http.SendAsync(request, CancellationToken.None);
            return new CallEnd((int)response.StatusCode, await look(response));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new CallEnd(0, fault.Message);
        }
    }

    private static async Task<string?> LookAsync(HttpResponseMessage response, Dialect inward, Dialect outward, bool stream, Script script, int leaveAfter, Action? begun)
    {
        if (!response.IsSuccessStatusCode) return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        await using var body = await response.Content.ReadAsStreamAsync();
        var reader = new PieceReader(script);
        // Same dialect: what is compared is remembered by position, not kept.
        using var expected = stream && inward == outward ? Expected(outward, script).GetEnumerator() : null;
        var buffer = new byte[4096];
        var total = 0;
        while (true)
        {
            var count = await body.ReadAsync(buffer);
            if (count == 0) break;
            if (total == 0) begun?.Invoke();
            total += count;
            reader.Read(buffer.AsSpan(0, count));
            for (var i = 0; expected is not null && i < count; i++)
            {
                if (!expected.MoveNext() || expected.Current != buffer[i]) return $"stream {script.Id} differs from the provider's at byte {total - count + i}";
            }

            if (leaveAfter > 0 && total >= leaveAfter) return null;
        }

        if (expected?.MoveNext() == true) return $"stream {script.Id} lacks its end after {total} bytes";
        if (reader.Next != script.Chunks) return $"{script.Id}: {reader.Next} of {script.Chunks} pieces in their order, {total} bytes";
        return stream && !reader.Tail.Contains(inward.EndMark, StringComparison.Ordinal) ? $"stream {script.Id} has no end mark: {reader.Tail}" : null;
    }

    private static IEnumerable<byte> Expected(Dialect dialect, Script script)
    {
        var (begin, piece, end) = dialect.Stream(script);
        foreach (var one in Encoding.UTF8.GetBytes(begin)) yield return one;
        for (var i = 0; i < script.Chunks; i++)
        {
            foreach (var one in Encoding.UTF8.GetBytes(piece(i))) yield return one;
        }

        foreach (var one in Encoding.UTF8.GetBytes(end)) yield return one;
    }

    /// <summary>Counts the answer's pieces in their order, whatever stands around them, and keeps its last bytes.</summary>
    private sealed class PieceReader(Script script)
    {
        private string _window = "";

        public int Next { get; private set; }

        public string Tail => _window;

        public void Read(ReadOnlySpan<byte> bytes)
        {
            _window += Encoding.UTF8.GetString(bytes);
            for (int at; Next < script.Chunks && (at = _window.IndexOf(script.Piece(Next), StringComparison.Ordinal)) >= 0; Next++) _window = _window[at..];
            if (_window.Length > 4096) _window = _window[^2048..];
        }
    }
}

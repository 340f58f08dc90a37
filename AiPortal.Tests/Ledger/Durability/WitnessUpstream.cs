using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>What the provider knows of one attempt. Its usage follows from its id, so that every cost is another.</summary>
internal sealed class WitnessedAttempt(Guid id)
{
    private readonly byte[] _bytes = id.ToByteArray(bigEndian: true);

    public Guid Id => id;

    public int Prompt => 50 + _bytes[15];

    public int Completion => 10 + (_bytes[14] % 64);

    public int Tokens => Prompt + Completion;

    /// <summary>USD at $2 and $8 a million.</summary>
    public decimal Cost => ((2m * Prompt) + (8m * Completion)) / 1_000_000m;

    /// <summary>Pieces of text that went on the wire.</summary>
    public int Pieces { get; set; }

    /// <summary>How often this id arrived: never more than once.</summary>
    public int Arrivals { get; set; }

    public bool Completed { get; set; }
}

/// <summary>A provider outside the portal's process whose own log, by <c>X-Attempt-Id</c>, says what was served.</summary>
internal sealed class WitnessUpstream : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<Guid, WitnessedAttempt> _log = new();
    private Uri? _address;
    private int _unmarked;

    private WitnessUpstream()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    public Uri BaseUrl => new(_address!, "v1");

    public ConcurrentDictionary<Guid, WitnessedAttempt> Log => _log;

    /// <summary>The credentials that it takes; any while there is none.</summary>
    public ConcurrentDictionary<string, bool> Accepted { get; } = new();

    /// <summary>Requests without an attempt id.</summary>
    public int Unmarked => Volatile.Read(ref _unmarked);

    /// <summary>Between the pieces of a stream, and before a plain answer.</summary>
    public TimeSpan Pace { get; set; } = TimeSpan.FromMilliseconds(8);

    public static async Task<WitnessUpstream> StartAsync()
    {
        var upstream = new WitnessUpstream();
        await upstream._server.StartAsync();
        upstream._address = new Uri(upstream._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        using var noGrace = new CancellationTokenSource();
        await noGrace.CancelAsync();
        await _server.StopAsync(noGrace.Token);
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!Accepted.IsEmpty && !Accepted.ContainsKey(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (context.Request.Method == HttpMethods.Get)
        {
            await context.Response.WriteAsync($$"""{"object":"list","data":[{"id":"{{DurabilityRig.Model}}"}]}""", context.RequestAborted);
            return;
        }

        if (!Guid.TryParse(context.Request.Headers["X-Attempt-Id"], out var id))
        {
            Interlocked.Increment(ref _unmarked);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var attempt = _log.GetOrAdd(id, static key => new WitnessedAttempt(key));
        lock (attempt) attempt.Arrivals++;
        using var body = new StreamReader(context.Request.Body);
        var streamed = (await body.ReadToEndAsync(context.RequestAborted)).Contains("\"stream\":true", StringComparison.Ordinal);
        try
        {
            await (streamed ? StreamAsync(context, attempt) : PlainAsync(context, attempt));
            attempt.Completed = true;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The portal died: the log keeps how far it had come.
        }
    }

    private async Task PlainAsync(HttpContext context, WitnessedAttempt attempt)
    {
        await Task.Delay(Pace, context.RequestAborted);
        attempt.Pieces = 1;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            $$"""{"id":"c","object":"chat.completion","created":1760000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"well"},"finish_reason":"stop"}],"usage":{{Usage(attempt)}}}""",
            context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, WitnessedAttempt attempt)
    {
        context.Response.ContentType = "text/event-stream";
        for (var piece = 0; piece < 6; piece++)
        {
            await WriteAsync(context, $$"""{"id":"c","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"word {{piece}} "},"finish_reason":null}]}""");
            attempt.Pieces++;
            await Task.Delay(Pace, context.RequestAborted);
        }

        await WriteAsync(context, """{"id":"c","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        await WriteAsync(context, $$"""{"id":"c","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{{Usage(attempt)}}}""");
        await WriteAsync(context, "[DONE]");
    }

    private static string Usage(WitnessedAttempt attempt) =>
        $$"""{"prompt_tokens":{{attempt.Prompt}},"completion_tokens":{{attempt.Completion}},"total_tokens":{{attempt.Tokens}}}""";

    private static async Task WriteAsync(HttpContext context, string data)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}

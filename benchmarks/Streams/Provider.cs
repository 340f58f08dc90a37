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

namespace AiPortal.Benchmarks.Streams;

/// <summary>What an attempt came to at the provider: its cost where the answer went out whole, null where it broke off, 0 where it was refused.</summary>
internal sealed record Served(decimal? Cost);

/// <summary>A provider of all three dialects that answers as the question says, and keeps a log by <c>X-Attempt-Id</c>.</summary>
internal sealed class Provider : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _doubled;

    private Provider()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MinResponseDataRate = null;
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public ConcurrentDictionary<Guid, Served> Log { get; } = new();

    /// <summary>Attempts that came twice, or without an id.</summary>
    public int Doubled => Volatile.Read(ref _doubled);

    public static async Task<Provider> StartAsync()
    {
        var provider = new Provider();
        await provider._server.StartAsync();
        return provider;
    }

    /// <summary>Lets the streams go on that hold.</summary>
    public void Release() => _release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var path = context.Request.Path.Value!;
        if (Dialect.All.FirstOrDefault(one => one.Speaks(path)) is not { } dialect)
        {
            // A look at the list of models.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var script = Script.Of(body);
        if (!Guid.TryParse(context.Request.Headers["X-Attempt-Id"], out var attempt) || !Log.TryAdd(attempt, new Served(null)))
        {
            Interlocked.Increment(ref _doubled);
            return;
        }

        if (script.Status != 200)
        {
            context.Response.StatusCode = script.Status;
            context.Response.ContentType = "application/json";
            Log[attempt] = new Served(0);
            await context.Response.WriteAsync("""{"error":{"message":"As the question says.","type":"server_error","code":"scripted","status":"UNAVAILABLE"}}""");
            return;
        }

        var streamed = path.Contains(":stream", StringComparison.Ordinal) || body.Contains("\"stream\":true", StringComparison.Ordinal);
        try
        {
            if (streamed)
            {
                await StreamAsync(context, dialect, script);
            }
            else
            {
                await Task.Delay(script.Delay, context.RequestAborted);
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(dialect.Plain(script), context.RequestAborted);
            }

            Log[attempt] = new Served(script.Cost);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // The caller has left, or the script cuts: the log keeps that it broke off.
            context.Abort();
        }
    }

    private async Task StreamAsync(HttpContext context, Dialect dialect, Script script)
    {
        context.Response.ContentType = "text/event-stream";
        var (begin, piece, end) = dialect.Stream(script);
        await WriteAsync(context, begin);
        for (var i = 0; i < script.Chunks; i++)
        {
            if (script.Cut > 0 && i == script.Cut) throw new IOException("As the question says.");
            if (i > 0 && script.Delay > 0) await Task.Delay(script.Delay, context.RequestAborted);
            await WriteAsync(context, piece(i));
            if (i == 0 && script.Hold) await _release.Task.WaitAsync(context.RequestAborted);
        }

        await WriteAsync(context, end);
    }

    private static async Task WriteAsync(HttpContext context, string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}

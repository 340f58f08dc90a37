using System.Collections.Concurrent;
using AiPortal.Core.Alerts.Delivery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiPortal.Tests.Alerts;

/// <summary>What a receiver got.</summary>
internal sealed record ReceivedEvent(string Id, string Timestamp, string Signature, byte[] Body)
{
    public bool IsSignedBy(string secret, DateTimeOffset now) =>
        WebhookSecret.TryRead(secret, out var bytes) && WebhookSecret.Verify(bytes, Id, Timestamp, Signature, Body, now);
}

/// <summary>A webhook receiver on 127.0.0.1 that answers as it is told: a status, or 0 for never.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();

    private WebhookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedEvent> Events { get; } = new();

    /// <summary>One answer for each event; 200 when there is none left.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    /// <summary>Where its redirects point; null: elsewhere on itself.</summary>
    public Uri? Elsewhere { get; set; }

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public static async Task<WebhookReceiver> StartAsync(string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.Map("/{**path}", receiver.ReceiveAsync);
        await app.StartAsync();
        receiver.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook");
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        Events.Enqueue(new ReceivedEvent(http.Request.Headers["webhook-id"]!, http.Request.Headers["webhook-timestamp"]!, http.Request.Headers["webhook-signature"]!, body.ToArray()));
        var answer = Answers.TryDequeue(out var told) ? told : 200;
        if (answer == 0) await Task.Delay(Timeout.Infinite, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Response.StatusCode = answer == 0 ? 500 : answer;
        if (answer is >= 300 and < 400) http.Response.Headers.Location = Elsewhere?.ToString() ?? Url + "/elsewhere";
    }
}

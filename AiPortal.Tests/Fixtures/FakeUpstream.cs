using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Fixtures;

/// <summary>
/// A provider on a port of its own that does as its script says and keeps its own log. A request gets the first that fits:
/// the next of the queue, a reply for one of its headers, a reply for its model, the reply for all others.
/// </summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<FakeUpstreamReply> _queue = new();
    private readonly ConcurrentDictionary<(string Name, string Value), FakeUpstreamReply> _byHeader = new();
    private readonly ConcurrentDictionary<string, FakeUpstreamReply> _byModel = new(StringComparer.Ordinal);
    private readonly List<FakeUpstreamRequest> _requests = [];
    private readonly SemaphoreSlim _arrivals = new(0);
    private FakeUpstreamReply? _otherwise;
    private Uri? _address;
    private int _waitedFor;

    private FakeUpstream()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>What a provider's <c>base_url</c> is set to: it ends in <c>/v1</c>.</summary>
    public Uri BaseUrl => new(_address ?? throw new InvalidOperationException("Not started."), "v1");

    /// <summary>All requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<FakeUpstreamRequest> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public static async Task<FakeUpstream> StartAsync()
    {
        var upstream = new FakeUpstream();
        await upstream._server.StartAsync();
        var addresses = upstream._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        upstream._address = new Uri(addresses.Addresses.Single());
        return upstream;
    }

    /// <summary>For the next request that comes, whatever it is; several calls make a queue.</summary>
    public FakeUpstream Next(params FakeUpstreamReply[] replies)
    {
        foreach (var reply in replies) _queue.Enqueue(reply);
        return this;
    }

    public FakeUpstream ForModel(string model, FakeUpstreamReply reply)
    {
        _byModel[model] = reply;
        return this;
    }

    /// <summary>For requests with this header, such as the credential of one of several accounts.</summary>
    public FakeUpstream ForHeader(string name, string value, FakeUpstreamReply reply)
    {
        _byHeader[(name, value)] = reply;
        return this;
    }

    public FakeUpstream Otherwise(FakeUpstreamReply reply)
    {
        _otherwise = reply;
        return this;
    }

    /// <summary>The next request nobody has waited for yet.</summary>
    public async Task<FakeUpstreamRequest> NextRequestAsync(CancellationToken cancellationToken = default)
    {
        await _arrivals.WaitAsync(cancellationToken);
        lock (_requests) return _requests[_waitedFor++];
    }

    public async ValueTask DisposeAsync()
    {
        using var noGrace = new CancellationTokenSource();
        await noGrace.CancelAsync();
        await _server.StopAsync(noGrace.Token);
        await _server.DisposeAsync();
        _arrivals.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        lock (_requests) _requests.Add(request);
        _arrivals.Release();
        await using var watch = context.RequestAborted.Register(request.NoteAbort);
        try
        {
            await ReplyFor(request).AnswerAsync(context, request);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            request.NoteAbort();
        }
        finally
        {
            request.NoteEnd();
        }
    }

    private FakeUpstreamReply ReplyFor(FakeUpstreamRequest request)
    {
        if (request is { Method: "GET", Path: "/v1/models" } && _otherwise is not { ListsModels: true })
            return FakeUpstreamReply.Json(200, "{\"object\":\"list\",\"data\":[" + string.Join(',', _byModel.Keys.Select(ModelJson)) + "]}");
        if (_queue.TryDequeue(out var next)) return next;
        foreach (var ((name, value), reply) in _byHeader)
            if (request.Header(name) == value) return reply;
        if (request.Model is { } model && _byModel.TryGetValue(model, out var forModel)) return forModel;
        return _otherwise ?? FakeUpstreamReply.Error(404, "The script has no reply for this request", "invalid_request_error", "model_not_found");
    }

    private static string ModelJson(string model) => "{\"id\":" + System.Text.Json.JsonSerializer.Serialize(model) + ",\"object\":\"model\",\"created\":1760000000,\"owned_by\":\"fake\"}";

    private static async Task<FakeUpstreamRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var form = new Dictionary<string, byte[]>();
        if (Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType == "multipart/form-data")
        {
            body.Position = 0;
            var reader = new Microsoft.AspNetCore.WebUtilities.MultipartReader(Microsoft.Net.Http.Headers.HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), body);
            while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
            {
                using var value = new MemoryStream();
                await section.Body.CopyToAsync(value, context.RequestAborted);
                form[Microsoft.Net.Http.Headers.HeaderUtilities.RemoveQuotes(Microsoft.Net.Http.Headers.ContentDispositionHeaderValue.Parse(section.ContentDisposition).Name).ToString()] = value.ToArray();
            }
        }

        return new FakeUpstreamRequest(context.Request.Method, context.Request.Path.Value ?? "", headers, body.ToArray())
        {
            Form = form,
            Query = context.Request.QueryString.Value ?? "",
        };
    }
}

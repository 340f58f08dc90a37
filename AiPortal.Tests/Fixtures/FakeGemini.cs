using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Fixtures;

/// <summary>
/// Google's interface on a port of its own: it checks what it is sent as strictly as the real one (<see cref="GeminiWireRules"/>), refuses
/// in Google's words, and answers by script: the reply for the model, or the one for all others.
/// </summary>
public sealed class FakeGemini : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<string, FakeGeminiReply> _byModel = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FakeGeminiRequest> _requests = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly string _apiKey;
    private FakeGeminiReply? _otherwise;
    private Uri? _address;

    private FakeGemini(string apiKey)
    {
        _apiKey = apiKey;
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

    /// <summary>What a provider's <c>base_url</c> is set to: no version is in it.</summary>
    public Uri BaseUrl => _address ?? throw new InvalidOperationException("Not started.");

    /// <summary>All requests so far that were accepted or refused, in the order of their arrival.</summary>
    public IReadOnlyList<FakeGeminiRequest> Requests => [.. _requests];

    /// <summary>The rules that were broken, in order.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <param name="apiKey">The only one that is valid.</param>
    public static async Task<FakeGemini> StartAsync(string apiKey)
    {
        var upstream = new FakeGemini(apiKey);
        await upstream._server.StartAsync();
        upstream._address = new Uri(upstream._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return upstream;
    }

    public FakeGemini ForModel(string model, FakeGeminiReply reply)
    {
        _byModel[model] = reply;
        return this;
    }

    public FakeGemini Otherwise(FakeGeminiReply reply)
    {
        _otherwise = reply;
        return this;
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
        var request = await FakeGeminiRequest.ReadAsync(context);
        _requests.Enqueue(request);
        if (request.Header("x-goog-api-key") != _apiKey || request.Query.Contains("key=", StringComparison.Ordinal))
        {
            await FakeGeminiReply.BadKey().AnswerAsync(context, request);
            return;
        }

        if (request is { Method: "GET", Path: "/v1beta/models" })
        {
            await FakeGeminiReply.Raw(200, JsonSerializer.Serialize(new { models = _byModel.Keys.Select(model => new { name = "models/" + model, version = "001", displayName = model, inputTokenLimit = 1048576, supportedGenerationMethods = new[] { "generateContent" } }) })).AnswerAsync(context, request);
            return;
        }

        var fault = GeminiWireRules.FaultOf(request);
        if (fault is not null) _faults.Enqueue(fault);
        var reply = fault is not null ? FakeGeminiReply.Invalid(fault)
            : request.Model is { } model && _byModel.TryGetValue(model, out var scripted) ? scripted
            : _otherwise ?? FakeGeminiReply.Error(404, "NOT_FOUND", $"models/{request.Model} is not found for API version v1beta");
        await reply.AnswerAsync(context, request);
    }
}

/// <summary>One request as the fake saw it.</summary>
public sealed record FakeGeminiRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The body, or null when it is not JSON.</summary>
    public JsonElement? Json { get; private init; }

    /// <summary><c>gemini-2.5-pro</c> of <c>/v1beta/models/gemini-2.5-pro:generateContent</c>.</summary>
    public string? Model => Split()?.Model;

    /// <summary><c>generateContent</c>.</summary>
    public string? Verb => Split()?.Verb;

    public string? AttemptId => Header("X-Attempt-Id");

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    internal static async Task<FakeGeminiRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new FakeGeminiRequest(context.Request.Method, context.Request.Path.Value ?? "", context.Request.QueryString.Value ?? "", headers, body.ToArray()) { Json = Parse(body.ToArray()) };
    }

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private (string Model, string Verb)? Split()
    {
        const string models = "/v1beta/models/";
        var path = Path.Replace("%2F", "/", StringComparison.Ordinal);
        if (path.StartsWith("/v1beta/tunedModels/", StringComparison.Ordinal)) path = models + path["/v1beta/".Length..];
        return path.StartsWith(models, StringComparison.Ordinal) && path.LastIndexOf(':') is var at && at > models.Length ? (path[models.Length..at], path[(at + 1)..]) : null;
    }
}

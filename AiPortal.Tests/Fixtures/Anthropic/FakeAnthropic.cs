using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures.Anthropic;

/// <summary>
/// Anthropic on a port of its own: holds each request to the rules as the real one does, and answers those that keep them as its
/// script says. A request that breaks one gets 400 with the rule, which is also kept in <see cref="Faults"/>.
/// </summary>
public sealed class FakeAnthropic : IAsyncDisposable
{
    private readonly FakeUpstream _upstream;
    private readonly ConcurrentQueue<FakeUpstreamReply> _queue = new();
    private readonly ConcurrentDictionary<string, FakeUpstreamReply> _byModel = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _faults = new();

    private readonly string? _apiKey;

    private FakeAnthropic(FakeUpstream upstream, string? apiKey)
    {
        (_upstream, _apiKey) = (upstream, apiKey);
        _upstream.Otherwise(new Strict(this));
    }

    /// <summary>What an account's <c>base_url</c> is set to: the root, as Anthropic's clients take it.</summary>
    public Uri BaseUrl => new(_upstream.BaseUrl, "/");

    /// <summary>All requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<FakeUpstreamRequest> Requests => _upstream.Requests;

    /// <summary>The rules that were broken, in order.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <param name="apiKey">The only one that is valid; null: any.</param>
    public static async Task<FakeAnthropic> StartAsync(string? apiKey = null) => new(await FakeUpstream.StartAsync(), apiKey);

    /// <summary>For the next good request; several calls make a queue.</summary>
    public FakeAnthropic Next(params FakeUpstreamReply[] replies)
    {
        foreach (var reply in replies) _queue.Enqueue(reply);
        return this;
    }

    public FakeAnthropic ForModel(string model, FakeUpstreamReply reply)
    {
        _byModel[model] = reply;
        return this;
    }

    public static FakeUpstreamReply Error(int status, string type, string message, params (string Name, string Value)[] headers) => FakeUpstreamReply.Json(
        status, JsonSerializer.Serialize(new { type = "error", error = new { type, message }, request_id = "req_fake" }), [.. headers, ("request-id", "req_fake")]);

    public static FakeUpstreamReply Overloaded() => Error(529, "overloaded_error", "Overloaded");

    public static FakeUpstreamReply RateLimited(int retryAfterSeconds) => Error(
        429, "rate_limit_error", "This request would exceed your organization's rate limit", ("retry-after", retryAfterSeconds.ToString(CultureInfo.InvariantCulture)));

    public static FakeUpstreamReply Unauthorized() => Error(401, "authentication_error", "invalid x-api-key");

    /// <summary>What <c>count_tokens</c> is answered.</summary>
    public static FakeUpstreamReply Count(long tokens) => FakeUpstreamReply.Json(200, JsonSerializer.Serialize(new { input_tokens = tokens }));

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private string Models()
    {
        var models = _byModel.Keys.Order(StringComparer.Ordinal).ToArray();
        return JsonSerializer.Serialize(new
        {
            data = models.Select(model => new { type = "model", id = model, display_name = model, created_at = "2026-01-01T00:00:00Z" }),
            has_more = false,
            first_id = models.FirstOrDefault(),
            last_id = models.LastOrDefault(),
        });
    }

    private sealed class Strict(FakeAnthropic owner) : FakeUpstreamReply
    {
        internal override bool ListsModels => true;

        internal override Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            if (owner._apiKey is { } key && request.Header("x-api-key") != key) return FakeAnthropic.Unauthorized().AnswerAsync(context, request);
            if (request is { Method: "GET", Path: "/v1/models" } && request.Header("anthropic-version") is not null) return Json(200, owner.Models()).AnswerAsync(context, request);
            if (AnthropicRules.FaultOf(request) is { } fault)
            {
                owner._faults.Enqueue(fault);
                return FakeAnthropic.Error(fault.StartsWith("path", StringComparison.Ordinal) ? 404 : 400, "invalid_request_error", fault).AnswerAsync(context, request);
            }

            if (!owner._queue.TryDequeue(out var reply) && !owner._byModel.TryGetValue(request.Model!, out reply))
                reply = FakeAnthropic.Error(404, "not_found_error", "model: " + request.Model);
            return reply.AnswerAsync(context, request);
        }
    }
}

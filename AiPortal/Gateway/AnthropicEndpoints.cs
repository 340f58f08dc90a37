using System.Globalization;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Anthropic;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>Anthropic's paths, under <c>/v1</c> beside OpenAI's and whole under <c>/anthropic/v1</c>.</summary>
internal static class AnthropicEndpoints
{
    private const int DefaultPage = 20;
    private const int LargestPage = 1000;

    /// <summary>Its clients say so with every request; on paths that two dialects share it tells them apart.</summary>
    public static bool IsSpokenBy(HttpContext context) => context.Request.Headers.ContainsKey("anthropic-version");

    public static void MapAnthropic(this IEndpointRouteBuilder app)
    {
        foreach (var root in (string[])["/v1", "/anthropic/v1"])
        {
            var gateway = app.MapCalls(root);
            gateway.MapCall("/messages", MessagesOperation.Instance);
            gateway.MapPost("/messages/count_tokens", (HttpContext context, TokenCounting counting) => counting.RunAsync(context, CountTokensOperation.Instance, default));
            gateway.Map("/messages/{**rest}", UnknownAsync);
        }

        var own = app.MapCalls("/anthropic");
        own.MapGet("/v1/models", ModelsAsync);
        own.MapGet("/v1/models/{**id}", ModelAsync);
        own.Map("/{**rest}", UnknownAsync);
    }

    public static Task ModelsAsync(HttpContext context, KeyAuthentication authentication, TimeProvider clock) =>
        GatewayEndpoints.WithKeyAsync(context, MessagesOperation.Instance, authentication, clock, call =>
        {
            var query = context.Request.Query;
            var all = AttemptPlanner.Models(call.Snapshot, call.Key!, call.StartedAt).Select(entry => entry.Model).ToList();
            var limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, LargestPage) : DefaultPage;
            var (first, end) = (0, all.Count);
            if (query["after_id"].ToString() is { Length: > 0 } after) first = all.FindLastIndex(model => string.CompareOrdinal(model, after) <= 0) + 1;
            if (query["before_id"].ToString() is { Length: > 0 } before) (first, end) = Before(all, before, limit);
            var page = all[first..Math.Min(end, first + limit)];
            return GatewayEndpoints.JsonAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("data");
                foreach (var model in page) Write(json, model);
                json.WriteEndArray();
                json.WriteBoolean("has_more", query.ContainsKey("before_id") ? first > 0 : first + page.Count < all.Count);
                json.WriteString("first_id", page.FirstOrDefault());
                json.WriteString("last_id", page.LastOrDefault());
                json.WriteEndObject();
            });
        });

    public static Task ModelAsync(HttpContext context, string id, KeyAuthentication authentication, TimeProvider clock) =>
        GatewayEndpoints.WithKeyAsync(context, MessagesOperation.Instance, authentication, clock, call =>
            AttemptPlanner.Models(call.Snapshot, call.Key!, call.StartedAt).Any(entry => entry.Model == id)
                ? GatewayEndpoints.JsonAsync(context, json => Write(json, id))
                : CallAnswers.WriteAsync(context, AnthropicErrors.Shape, call.RequestId, GatewayFailures.Refuse(GatewayFailure.ModelUnknown, id) with { Param = "model" }));

    private static (int First, int End) Before(List<string> all, string before, int limit)
    {
        var end = all.FindIndex(model => string.CompareOrdinal(model, before) >= 0);
        if (end < 0) end = all.Count;
        return (Math.Max(0, end - limit), end);
    }

    private static Task UnknownAsync(HttpContext context, TimeProvider clock) =>
        CallAnswers.WriteAsync(context, AnthropicErrors.Shape, Ids.New(clock), GatewayFailures.Refuse(GatewayFailure.RouteUnknown, context.Request.Method, context.Request.Path));

    private static void Write(Utf8JsonWriter json, string model)
    {
        json.WriteStartObject();
        json.WriteString("type", "model");
        json.WriteString("id", model);
        json.WriteString("display_name", model);
        // What Anthropic itself says where it does not know.
        json.WriteString("created_at", "1970-01-01T00:00:00Z");
        json.WriteString("lifecycle", "active");
        json.WriteEndObject();
    }
}

using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Media;
using AiPortal.Core.Gateway.OpenAi;
using AiPortal.Core.Gateway.Responses;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>OpenAI's paths under <c>/v1</c>.</summary>
internal static class GatewayEndpoints
{
    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        var gateway = app.MapCalls("/v1");
        gateway.MapCall("/chat/completions", ChatOperation.Instance);
        gateway.MapCall("/responses", ResponsesOperation.Instance);
        gateway.MapMethods("/responses/{id}", ["GET", "DELETE"], (HttpContext context, string id, StoredResponses stored) => stored.RunAsync(context, id, ""));
        gateway.MapPost("/responses/{id}/cancel", (HttpContext context, string id, StoredResponses stored) => stored.RunAsync(context, id, "/cancel"));
        gateway.MapGet("/responses/{id}/input_items", (HttpContext context, string id, StoredResponses stored) => stored.RunAsync(context, id, "/input_items"));
        gateway.MapCall("/completions", CompletionsOperation.Instance);
        gateway.MapCall("/embeddings", EmbeddingsOperation.Instance);
        gateway.MapCall("/moderations", ModerationsOperation.Instance);
        foreach (var operation in MediaOperation.All)
            gateway.MapPost("/" + operation.Path, (HttpContext context, GatewayPipeline pipeline) => pipeline.RunAsync(context, operation, new CallTarget(ContentType: context.Request.ContentType)));
        gateway.MapGet("/models", ModelsAsync);
        gateway.MapGet("/models/{**id}", ModelAsync);
        gateway.Map("/{**rest}", (HttpContext context, TimeProvider clock) =>
            CallAnswers.WriteAsync(context, OpenAiErrors.Shape, Ids.New(clock), GatewayFailures.Refuse(GatewayFailure.RouteUnknown, context.Request.Method, context.Request.Path)));
    }

    /// <summary>
    /// Applications' paths: by themselves, past everything that pages need. A call that passes sign-in, languages and error pages
    /// costs a fifth more and gains nothing: the pipeline answers its own faults.
    /// </summary>
    public static RouteGroupBuilder MapCalls(this IEndpointRouteBuilder app, string root)
    {
        var group = app.MapGroup(root).ExcludeFromDescription().AllowAnonymous();
        group.ShortCircuit();
        return group;
    }

    public static void MapCall(this IEndpointRouteBuilder gateway, string path, GatewayOperation operation)
    {
        var pipeline = gateway.ServiceProvider.GetRequiredService<GatewayPipeline>();
        gateway.MapPost(path, (RequestDelegate)(context => pipeline.RunAsync(context, operation, default)));
    }

    private static Task ModelsAsync(HttpContext context, KeyAuthentication authentication, TimeProvider clock) => AnthropicEndpoints.IsSpokenBy(context)
        ? AnthropicEndpoints.ModelsAsync(context, authentication, clock)
        : WithKeyAsync(context, ChatOperation.Instance, authentication, clock, call =>
        JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var (model, account) in AttemptPlanner.Models(call.Snapshot, call.Key!, call.StartedAt)) Write(json, model, account);
            json.WriteEndArray();
            json.WriteEndObject();
        }));

    private static Task ModelAsync(HttpContext context, string id, KeyAuthentication authentication, TimeProvider clock) => AnthropicEndpoints.IsSpokenBy(context)
        ? AnthropicEndpoints.ModelAsync(context, id, authentication, clock)
        : WithKeyAsync(context, ChatOperation.Instance, authentication, clock, call =>
    {
        var found = AttemptPlanner.Models(call.Snapshot, call.Key!, call.StartedAt).FirstOrDefault(entry => entry.Model == id);
        return found.Account is null
            ? CallAnswers.WriteAsync(context, OpenAiErrors.Shape, call.RequestId, GatewayFailures.Refuse(GatewayFailure.ModelUnknown, id) with { Param = "model" })
            : JsonAsync(context, json => Write(json, found.Model, found.Account));
    });

    /// <summary>Answers a question that needs a key and no provider.</summary>
    public static Task WithKeyAsync(HttpContext context, GatewayOperation operation, KeyAuthentication authentication, TimeProvider clock, Func<GatewayCall, Task> answer)
    {
        var call = new GatewayCall(context, operation, default, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp());
        return authentication.Authenticate(call) is { } refusal ? CallAnswers.WriteAsync(context, operation.Errors, call.RequestId, refusal) : answer(call);
    }

    private static void Write(Utf8JsonWriter json, string model, AccountSnapshot account)
    {
        json.WriteStartObject();
        json.WriteString("id", model);
        json.WriteString("object", "model");
        json.WriteNumber("created", 0);
        json.WriteString("owned_by", account.Kind.Kind);
        json.WriteEndObject();
    }

    public static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer)) write(json);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}

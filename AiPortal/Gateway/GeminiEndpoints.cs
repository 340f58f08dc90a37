using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Gemini;

namespace AiPortal.Gateway;

/// <summary>Google's paths under <c>/v1beta</c>, such as <c>POST /v1beta/models/gemini-2.5-pro:generateContent</c>.</summary>
internal static class GeminiEndpoints
{
    public static void MapGemini(this IEndpointRouteBuilder app)
    {
        var gemini = app.MapCalls("/v1beta");
        gemini.MapGet("/models", GeminiModels.ListAsync);
        gemini.MapGet("/models/{**id}", GeminiModels.OneAsync);
        gemini.Map("/{**resource}", RunAsync);
    }

    private static Task RunAsync(HttpContext context, string resource, GatewayPipeline pipeline, TokenCounting counting, TimeProvider clock)
    {
        // Routing leaves this one escape as it is.
        resource = resource.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var at = resource.LastIndexOf(':');
        var isModel = at > 0 && HttpMethods.IsPost(context.Request.Method) && (resource.StartsWith("models/", StringComparison.Ordinal) || resource.StartsWith("tunedModels/", StringComparison.Ordinal));
        if (!isModel) return UnknownAsync(context, clock);
        var model = GeminiModelName.Bare(resource[..at]);
        var contentType = context.Request.ContentType;
        return resource[(at + 1)..] switch
        {
            "generateContent" => pipeline.RunAsync(context, GenerateContentOperation.Instance, new CallTarget(model, Stream: false, contentType)),
            "streamGenerateContent" when context.Request.Query["alt"] == "sse" =>
                pipeline.RunAsync(context, GenerateContentOperation.Instance, new CallTarget(model, Stream: true, contentType)),
            "streamGenerateContent" when context.Request.Query["alt"].ToString() is "" or "json" =>
                pipeline.RunAsync(context, ArrayStreamOperation.Instance, new CallTarget(model, Stream: true, contentType)),
            "streamGenerateContent" => CallAnswers.WriteAsync(context, GeminiErrors.Shape, Ids.New(clock),
                GatewayFailures.Refuse(GatewayFailure.BodyInvalid, "Streams are served as events ('alt=sse') or as one JSON array ('alt=json').") with { Param = "alt" }),
            "countTokens" => counting.RunAsync(context, GeminiCountOperation.Instance, new CallTarget(model, Stream: false, contentType)),
            "embedContent" => pipeline.RunAsync(context, EmbedContentOperation.One, new CallTarget(model, Stream: false, contentType)),
            "batchEmbedContents" => pipeline.RunAsync(context, EmbedContentOperation.Batch, new CallTarget(model, Stream: false, contentType)),
            _ => UnknownAsync(context, clock),
        };
    }

    private static Task UnknownAsync(HttpContext context, TimeProvider clock) => CallAnswers.WriteAsync(
        context, GeminiErrors.Shape, Ids.New(clock), GatewayFailures.Refuse(GatewayFailure.RouteUnknown, context.Request.Method, context.Request.Path));
}

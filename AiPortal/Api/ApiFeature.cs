
namespace AiPortal.Api;

/// <summary>What the management endpoints share: strict bodies, problem answers, paging, idempotency and the OpenAPI document.</summary>
internal static class ApiFeature
{
    public const string Document = "v1";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddOpenApi(Document, ApiDescription.Configure);
        return services;
    }

    /// <summary>Early in the pipeline, before authentication: faults and bare statuses under <c>/api</c> become problems.</summary>
    public static void UseApi(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/api"), api =>
        {
            api.UseMiddleware<ApiFaultHandler>();
            api.UseStatusCodePages(ApiFaultHandler.WriteStatusAsync);
        });

    /// <summary>The group <c>/api/v1</c> that every feature maps its endpoints on; signed-in callers only.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization();
        return app.MapGroup("/api/v1").RequireAuthorization();
    }
}

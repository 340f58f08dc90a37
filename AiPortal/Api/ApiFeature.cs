
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Api;

/// <summary>What the management endpoints share: strict bodies, problem answers, paging, idempotency and the OpenAPI document.</summary>
internal static class ApiFeature
{
    public const string Document = "v1";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddSingleton<ApiReference>();
        services.AddForPortal<IdempotentAnswers>();
        services.AddSealed(new SealedColumn("idempotent_answers", "body", "idempotent_answer:{id}", Expires: true));
        services.AddOpenApi(Document, ApiDescription.Configure);
        return services;
    }

    /// <summary>After the shell's own error pages, so that under <c>/api</c> faults and bare statuses become problems before those see them.</summary>
    public static void UseApi(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/api"), api =>
        {
            api.UseMiddleware<ApiFaultHandler>();
            api.UseStatusCodePages(ApiFaultHandler.WriteStatusAsync);
        });

    /// <summary>Whoever owes a new password or two-factor has no role yet; here he hears why. Some endpoints of the group take nobody signed in.</summary>
    private static ValueTask<object?> RefuseDebtors(EndpointFilterInvocationContext call, EndpointFilterDelegate next) => call.HttpContext.Features.Get<Actor>()?.Owes switch
    {
        SignInDebt.NewPassword => new(ApiResults.Problem(StatusCodes.Status403Forbidden, "password_change_required", "Change your password first: POST /api/v1/auth/change-password.")),
        SignInDebt.TwoFactor => new(ApiResults.Problem(StatusCodes.Status403Forbidden, "two_factor_setup_required", "Your organization asks for two-factor: POST /api/v1/auth/two-factor.")),
        null => next(call),
    };

    /// <summary>The group <c>/api/v1</c> that every feature maps its endpoints on; signed-in callers only, who show a bearer token.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(AccessHost.SignedInPolicy);
        return app.MapGroup("/api/v1").RequireAuthorization(AccessHost.ApiPolicy).AddEndpointFilter(RefuseDebtors).AddEndpointFilter(ApiPolicies.HoldAsync).RefuseUnreadBodies().HonourIdempotencyKeys();
    }
}

using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Credentials;

/// <summary><c>/api/v1/auth/sessions</c>: where the caller is signed in.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder auth)
    {
        var group = auth.MapGroup("/sessions").RequireAuthorization(AccessHost.ApiPolicy);
        group.MapGet("", ListAsync).Describe("The caller's sessions that stand, the last seen first.", answer: new Page<OwnSession>(
            [new OwnSession(ApiExamples.Id, SessionKind.Browser, "203.0.113.7", "Mozilla/5.0", false, ApiExamples.Instant, ApiExamples.Instant, ApiExamples.Instant)], null));
        group.MapDelete("/{id:guid}", EndAsync).Describe("End one of the caller's sessions at once.", status: StatusCodes.Status204NoContent);
        group.MapPost("/end-others", EndOthersAsync).Describe("End all sessions of the caller but this one.", status: StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Sessions sessions) =>
        ApiResults.Ok(new Page<OwnSession>(await sessions.OfAsync(http.GetActor(), http.RequestAborted), null));

    private static async Task<IResult> EndAsync(Guid id, HttpContext http, Sessions sessions) =>
        ApiResults.Removed(await sessions.EndOwnAsync(http.GetActor(), id, http.RequestAborted));

    private static async Task<IResult> EndOthersAsync(HttpContext http, Sessions sessions)
    {
        await sessions.EndOthersAsync(http.GetActor().Id, http.GetActor().SessionId, http.RequestAborted);
        return Results.NoContent();
    }
}

using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Core.Federation;

namespace AiPortal.Federation;

/// <summary><c>/api/v1/auth/identities</c>: the directories and providers by which the caller comes in.</summary>
internal static class IdentityEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/auth/identities").WithTags("Sign in");
        group.MapGet("", ListAsync).Describe("The directories and identity providers that are connected to the caller's account.",
            answer: new Page<ConnectedWay>([new ConnectedWay(ApiExamples.Id, "Example ID", SourceKind.Provider, true, true)], null));
        group.MapDelete("/{id:guid}", DisconnectAsync).Describe("Disconnect an identity provider from the caller's account, never his only way in; what it began ends.", status: StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ListAsync(HttpContext http, ConnectedWays ways) =>
        ApiResults.Ok(new Page<ConnectedWay>(await ways.OfAsync(http.GetActor(), http.RequestAborted), null));

    private static async Task<IResult> DisconnectAsync(Guid id, HttpContext http, ConnectedWays ways) =>
        ApiResults.Removed(await ways.DisconnectAsync(http.GetActor(), id, http.RequestAborted));
}

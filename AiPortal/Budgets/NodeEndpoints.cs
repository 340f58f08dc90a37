using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Data;

namespace AiPortal.Budgets;

/// <summary><c>/api/v1/nodes</c>: the processes that serve calls, and what they hold of the organization's budgets.</summary>
internal static class NodeEndpoints
{
    public static void MapNodes(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/nodes").WithTags("Budgets");
        group.MapGet("", ListAsync).Describe("List the nodes, those seen last first, with what each holds of the organization's budgets.", answer: new Page<NodeReading>([Example], null));
        group.MapPost("/{id:guid}/write-off", WriteOffAsync).Describe(
            "Give up a node that does not come back: what it held counts as unknown from here on.", answer: new NodeWriteOff(ApiExamples.Id, 12.5m));
    }

    private static NodeReading Example => new(ApiExamples.Id, "portal-1", ApiExamples.Instant, ApiExamples.Instant, null, true, 3, 12.5m, 0);

    private static async Task<IResult> ListAsync(HttpContext http, NodeList nodes)
    {
        var query = new ApiQuery(http);
        var organization = ApiScope.ForList(http, query, Permission.ViewBudgets);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(new Page<NodeReading>(await nodes.ReadAsync(organization.Value, http.RequestAborted), null));
    }

    private static async Task<IResult> WriteOffAsync(Guid id, HttpContext http, WriteOffNode writeOff)
    {
        var query = new ApiQuery(http);
        var organization = ApiScope.ForList(http, query, Permission.ManageOrganization);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await writeOff.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted);
        return outcome.Refusal is { } refused ? ApiResults.Refused(refused) : ApiResults.Ok(outcome.Value);
    }
}

using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Bodies;
using AiPortal.Core.Ledger;

namespace AiPortal.Ledger;

/// <summary><c>/api/v1/calls</c>: the call log and a call's receipt.</summary>
internal static class CallEndpoints
{
    public static void MapCalls(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/calls").WithTags("Calls");
        group.MapGet("", ListAsync).Describe("List calls, refused ones too, newest first; filters as for records, status is ok, failed, partial, unknown or refused.");
        group.MapGet("/{id:guid}", ReadAsync).Describe("A call's receipt: its attempts, and every unit × price with the version of the price.");
        group.MapGet("/{id:guid}/body", ReadBodyAsync).Describe(
            "What the call asked and was answered, where its organization keeps it; owners and administrators only, and each look is on the audit trail.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, CallList calls, FilterReferences references)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var filter = RecordQuery.Read(query) with { CallStatus = query.Word<CallStatus>("status") };
        var organization = ApiScope.ForList(http, query, Permission.ViewCalls);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        if (await RecordQuery.MissingAsync(references, organization.Value, filter, http.RequestAborted) is { } missing) return ApiResults.Refused(missing);
        return ApiResults.Page(await calls.ReadAsync(organization.Value, filter, limit, after, http.RequestAborted), CallView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, CallList calls, CallReceipts receipts)
    {
        if (await calls.OrganizationOfAsync(http.GetActor(), id, http.RequestAborted) is not { } organization) return ApiResults.Missing("call");
        return await receipts.ReadAsync(organization, id, http.RequestAborted) is { } receipt
            ? ApiResults.Ok(ReceiptView.Of(id, receipt))
            : ApiResults.Missing("call");
    }

    private static async Task<IResult> ReadBodyAsync(Guid id, HttpContext http, CallList calls, ReadCallBody read)
    {
        var actor = http.GetActor();
        if (await calls.OrganizationOfAsync(actor, id, http.RequestAborted) is not { } organization) return ApiResults.Missing("call");
        http.Response.Headers.CacheControl = "no-store";
        return ApiResults.Ok(await read.RunAsync(actor, organization, id, http.RequestAborted), CallBodyView.Of);
    }
}

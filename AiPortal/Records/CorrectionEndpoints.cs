using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Records;
using AiPortal.Ledger;

namespace AiPortal.Records;

/// <summary><c>/api/v1/cost/records/{id}/refund</c>, <c>/adjust</c> and <c>/resolve</c>: the ledger stays, a new record names the one it corrects.</summary>
internal static class CorrectionEndpoints
{
    public static void MapCorrections(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/records/{id:guid}").WithTags("Ledger");
        group.MapPost("/refund", RefundAsync).Describe("Give back what a record cost, or a part of it: a new record of kind refund. All refunds together never exceed it.",
            new { amount = 0.25m, reason = "The answer was unusable." }, status: StatusCodes.Status201Created);
        group.MapPost("/adjust", AdjustAsync).Describe("Correct what a record cost, up or down (USD): a new record of kind adjustment.",
            new { amount = -0.1m, reason = "The provider's invoice says less." }, status: StatusCodes.Status201Created);
        group.MapPost("/resolve", ResolveAsync).Describe("Say what became of an unknown outcome, once: its cost (kind adjustment), or the provider's usage (kind reconciliation).",
            new { usage = new { input_units = 1200, cached_input_units = 0, output_units = 300 }, reason = "Found in the provider's usage export." }, status: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RefundAsync(Guid id, HttpContext http, RecordList records, RefundRecord refund)
    {
        if (await records.FindAsync(http.GetActor(), id, http.RequestAborted) is not { } record) return ApiResults.Missing("record");
        var body = await JsonBody.ReadAsync(http);
        var (amount, reason) = (body.AmountOrNull("amount"), Reason(body));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await refund.RunAsync(http.GetActor(), record.OrganizationId, id, amount, reason, http.RequestAborted), RecordView.Of);
    }

    private static async Task<IResult> AdjustAsync(Guid id, HttpContext http, RecordList records, AdjustRecord adjust)
    {
        if (await records.FindAsync(http.GetActor(), id, http.RequestAborted) is not { } record) return ApiResults.Missing("record");
        var body = await JsonBody.ReadAsync(http);
        var (amount, reason) = (body.Amount("amount"), Reason(body));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await adjust.RunAsync(http.GetActor(), record.OrganizationId, id, amount, reason, http.RequestAborted), RecordView.Of);
    }

    private static async Task<IResult> ResolveAsync(Guid id, HttpContext http, RecordList records, ResolveOutcome resolve)
    {
        if (await records.FindAsync(http.GetActor(), id, http.RequestAborted) is not { } record) return ApiResults.Missing("record");
        var body = await JsonBody.ReadAsync(http);
        var resolution = new Resolution(body.AmountOrNull("cost"), UsageOf(body), Reason(body));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await resolve.RunAsync(http.GetActor(), record.OrganizationId, id, resolution, http.RequestAborted), RecordView.Of);
    }

    private static string Reason(JsonBody body) => body.Text("reason", maxLength: 500);

    /// <summary>Units contain their parts, as on records: cached input and cache writes are inside the input, reasoning inside the output.</summary>
    private static Usage? UsageOf(JsonBody body)
    {
        if (body.Object("usage") is not { } usage) return null;
        var (input, cached, written) = (Units("input_units"), Units("cached_input_units"), Units("cache_write_units"));
        var (output, reasoning) = (Units("output_units"), Units("reasoning_units"));
        if (cached + written > input) usage.Fault("cached_input_units", "With cache_write_units a part of input_units.");
        if (reasoning > output) usage.Fault("reasoning_units", "Is a part of output_units.");
        return new Usage(input - cached - written, cached, written, output - reasoning, reasoning);

        long Units(string name) => usage.Long(name, 0, max: Usage.MaxCount);
    }
}

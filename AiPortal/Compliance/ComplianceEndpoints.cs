using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Compliance;
using AiPortal.Core.Keys;

namespace AiPortal.Compliance;

/// <summary><c>/api/v1/compliance</c>: what auditors ask for.</summary>
internal static class ComplianceEndpoints
{
    public const int StandardDays = 90;

    public static void MapCompliance(this IEndpointRouteBuilder api)
    {
        api.MapGet("/keys/{id:guid}/access", AccessAsync).WithTags("Keys").Describe(
            "From where and when a key was used in the last 30 days, from its newest 20,000 calls; unusual places and hours are marked.",
            answer: new KeyAccess(ApiExamples.Id, "search", "Ada", 1200, ApiExamples.Instant, ApiExamples.Instant, true,
                [new KeyPlace("203.0.113.0/24", 1200, 0, ApiExamples.Instant, ApiExamples.Instant, false)], new int[24], []));
        var group = api.MapGroup("/compliance").WithTags("Compliance");
        group.MapGet("/figures", FiguresAsync).Describe("How many members, without a second factor, not seen for 90 days; keys older than a year; requests that wait.",
            answer: new EvidenceFigures(48, 3, 2, 1, 4));
        group.MapGet("/evidence", EvidenceAsync).Describe("The evidence pack as a ZIP: access review, role matrix, key inventory, approvals and audit of the period from, to (else the last 90 days), with a manifest of SHA-256 sums. The download is audited.");
    }

    private static async Task<IResult> AccessAsync(Guid id, HttpContext http, KeyAccessLog log)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key", Permission.ViewCalls);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await log.FindAsync(organization.Value, id, http.RequestAborted) is { } access ? ApiResults.Ok(access) : ApiResults.Missing("key");
    }

    private static async Task<IResult> FiguresAsync(HttpContext http, EvidenceReader evidence)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.ViewAudit);
        return organization.Refusal is { } refusal ? ApiResults.Refused(refusal) : ApiResults.Ok(await evidence.FiguresAsync(organization.Value, http.RequestAborted));
    }

    private static async Task<IResult> EvidenceAsync(HttpContext http, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var to = query.Instant("to") ?? clock.GetUtcNow();
        var from = query.Instant("from") ?? to.AddDays(-StandardDays);
        var organization = ApiScope.ForList(http, query, Permission.ViewAudit);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await EvidenceDownload.AnswerAsync(http, http.GetActor(), organization.Value, new EvidencePeriod(from, to));
    }
}

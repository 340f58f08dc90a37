using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Ledger.Health;

namespace AiPortal.Ledger;

/// <summary><c>/api/v1/ledger/health</c>.</summary>
internal static class LedgerHealthEndpoints
{
    public static void MapLedgerHealth(this IEndpointRouteBuilder api) =>
        api.MapGroup("/ledger").WithTags("Ledger").MapGet("/health", ReadAsync)
            .Describe("What waits to be written, the last verification and what it found, and outcomes nobody has resolved.");

    private static async Task<IResult> ReadAsync(HttpContext http, LedgerHealth health, TimeProvider clock)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.ViewCost);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(LedgerHealthAnswer.Of(await health.ReadAsync(organization.Value, http.RequestAborted), clock.GetUtcNow()));
    }
}

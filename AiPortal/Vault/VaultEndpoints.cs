using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Vault;

namespace AiPortal.Vault;

/// <summary><c>/api/v1/vault</c>: the master keys, by their fingerprints, and what is sealed with each.</summary>
internal static class VaultEndpoints
{
    public static void MapVault(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/vault").WithTags("Vault");
        group.MapGet("", ReadAsync).Describe("Read the versions of the master key, how many secrets each seals, and which process holds which.", answer: Example);
        group.MapPost("/rotate", RotateAsync).Describe("Seal with the newest master key from now on; what older ones sealed is sealed anew in the background.", answer: Example);
        group.MapPost("/keys/{version:int}/destroy", DestroyAsync).Describe("End an old master key that nothing is sealed with any more.", answer: Example);
    }

    private static VaultReading Example => new(2, "Portal:MasterKeyFile", false, 3, 0,
    [
        new MasterKeyReading(2, "9c56cc51b374c3ba189210d5b6d4bf57", MasterKeyState.Active, 41, ApiExamples.Instant, ApiExamples.Instant, null),
        new MasterKeyReading(1, "2c624232cdd221771294dfbb310aca00", MasterKeyState.Retiring, 3, ApiExamples.Instant, ApiExamples.Instant, null),
    ], [new MasterKeyHolder("portal-1", [1, 2], 2, ApiExamples.Instant)]);

    private static async Task<IResult> ReadAsync(HttpContext http, VaultStatus status)
    {
        var organization = Scope(http);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await status.MayAsync(http.GetActor(), organization.Value, http.RequestAborted)
            ? ApiResults.Ok(await status.ReadAsync(http.RequestAborted))
            : ApiResults.Refused(Refusal.Denied("The master keys are the whole installation's: its first organization looks after them."));
    }

    private static async Task<IResult> RotateAsync(HttpContext http, RotateMasterKey rotate)
    {
        var organization = Scope(http);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await rotate.RunAsync(http.GetActor(), organization.Value, http.RequestAborted), reading => reading);
    }

    private static async Task<IResult> DestroyAsync(int version, HttpContext http, DestroyMasterKey destroy)
    {
        var organization = Scope(http);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await destroy.RunAsync(http.GetActor(), organization.Value, version, http.RequestAborted), reading => reading);
    }

    private static Outcome<Guid> Scope(HttpContext http) => ApiScope.ForList(http, new ApiQuery(http), Permission.ManageOrganization);
}

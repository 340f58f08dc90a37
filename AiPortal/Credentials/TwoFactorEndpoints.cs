using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;

namespace AiPortal.Credentials;

/// <summary><c>/api/v1/auth/two-factor</c>: the caller's own second factor.</summary>
internal static class TwoFactorEndpoints
{
    private const int MaxBytes = 8192;

    public static void Map(IEndpointRouteBuilder auth)
    {
        var group = auth.MapGroup("/two-factor").RequireAuthorization(AccessHost.ApiPolicy);
        group.MapGet("", ReadAsync).Describe("Whether the caller has two-factor, and how many recovery codes are left.", answer: new { enabled = true, since = ApiExamples.Instant, recovery_codes_left = 10 });
        group.MapPost("", BeginAsync).Describe("A new key for the caller's authenticator app; it counts once a code of it is given to /enable.",
            answer: new AuthenticatorKey("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "otpauth://totp/AiPortal%3Aada%40example.com?secret=…&issuer=AiPortal"));
        group.MapPost("/enable", EnableAsync).Describe("Turn two-factor on with a first code; answers the recovery codes this once. Other sessions end.", new { code = "123456" }, Codes(["abcde-fghjk-mnpqr"]));
        group.MapPost("/recovery-codes", RenewAsync).Describe("New recovery codes, shown this once; those before stop working.", new { code = "123456" }, Codes(["abcde-fghjk-mnpqr"]));
        group.MapPost("/disable", DisableAsync).Describe("Turn two-factor off; asks for the password and a code. Other sessions end.",
            new { password = "a long passphrase", code = "123456" }, status: StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ReadAsync(HttpContext http, SetUpTwoFactor setUp) => ApiResults.Ok(await setUp.ReadAsync(http.GetActor().Id, http.RequestAborted));

    private static async Task<IResult> BeginAsync(HttpContext http, SetUpTwoFactor setUp) =>
        ApiResults.Ok(await setUp.BeginAsync(http.GetActor(), http.RequestAborted), key => key);

    private static async Task<IResult> EnableAsync(HttpContext http, SetUpTwoFactor setUp)
    {
        var code = await CodeAsync(http);
        return code.Refusal is { } refusal ? ApiResults.Refused(refusal) : ApiResults.Ok(await setUp.EnableAsync(http.GetActor(), code.Value, http.RequestAborted), Codes);
    }

    private static async Task<IResult> RenewAsync(HttpContext http, SetUpTwoFactor setUp)
    {
        var code = await CodeAsync(http);
        return code.Refusal is { } refusal ? ApiResults.Refused(refusal) : ApiResults.Ok(await setUp.RenewCodesAsync(http.GetActor(), code.Value, http.RequestAborted), Codes);
    }

    private static async Task<IResult> DisableAsync(HttpContext http, SetUpTwoFactor setUp)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var (password, code) = (body.Text("password", maxLength: 1024), body.Text("code", maxLength: AuthEndpoints.MaxCode));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await setUp.DisableAsync(http.GetActor(), password, code, http.RequestAborted));
    }

    private static async Task<Outcome<string>> CodeAsync(HttpContext http)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var code = body.Text("code", maxLength: AuthEndpoints.MaxCode);
        return body.Refusal() is { } refusal ? refusal : code;
    }

    private static object Codes(string[] codes) => new { recovery_codes = codes };
}

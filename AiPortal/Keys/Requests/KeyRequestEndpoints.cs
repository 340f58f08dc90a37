using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Core.Keys.Requests;

namespace AiPortal.Keys.Requests;

/// <summary><c>/api/v1/keys/mine</c> and <c>/api/v1/keys/requests</c>: what a person has, and asking for more.</summary>
internal static class KeyRequestEndpoints
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/mine", ListAsync).Describe("List the keys that you answer for, newest first; at most 100.", answer: new Page<KeyView>([KeyExamples.Row], null));
        group.MapPost("/mine/{id:guid}/collect", CollectAsync).Describe("Have the waiting secret of a key of yours, once.", answer: KeyExamples.Issued);
        group.MapPost("/requests", AskAsync).Describe(
            "Ask for a key of your own. Somebody has to agree (/approvals); then its secret waits for you.",
            KeyExamples.Request,
            new { id = ApiExamples.Id, status = "pending" }, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(HttpContext http, OwnKeys own, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var organization = ApiScope.ForList(http, query, Permission.RequestKey);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var reading = await own.ReadAsync(organization.Value, http.GetActor().Id, http.RequestAborted);
        var now = clock.GetUtcNow();
        return ApiResults.Page(new Page<KeyView>([.. reading.Keys.Select(listing => KeyView.Of(listing, null, now))], null), view => view);
    }

    private static async Task<IResult> CollectAsync(Guid id, HttpContext http, CollectOwnKey collect, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<Core.Keys.ApiKey>(http, id, "key");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await collect.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), issued => KeyView.Of(issued.Listing, null, clock.GetUtcNow(), issued.Secret));
    }

    private static async Task<IResult> AskAsync(HttpContext http, AskForKey ask, TimeProvider clock)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = KeyBody.Read(body, null);
        var purpose = body.Text("purpose", maxLength: Approval.MaxText);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var asked = await ask.RunAsync(http.GetActor(), organization.Value, draft, purpose, http.RequestAborted);
        return asked.Refusal is { } refused
            ? ApiResults.Refused(refused)
            : Results.Json(ApprovalAnswer.Of(asked.Value, [], clock.GetUtcNow()), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}

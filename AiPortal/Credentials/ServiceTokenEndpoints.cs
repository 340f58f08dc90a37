using System.Text.Json.Serialization;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Credentials;

/// <summary><c>/api/v1/service-tokens</c>: tokens for scripts.</summary>
internal static class ServiceTokenEndpoints
{
    /// <summary><c>token</c>, in clear, is there only in the answer that made it.</summary>
    internal sealed record ServiceTokenView(Guid Id, Guid OrganizationId, string Name, Role Role, string Prefix, ServiceTokenStatus Status,
        DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Token { get; init; }

        public static ServiceTokenView Of(ServiceTokenLine line) => Of(line.Token, line.Status);

        public static ServiceTokenView Of(ServiceToken row, ServiceTokenStatus status) => new(row.Id, row.OrganizationId, row.Name, row.Role, row.Prefix,
            status, row.ExpiresAt, row.RevokedAt, row.CreatedBy, row.CreatedAt, row.UpdatedAt);
    }

    public static void MapServiceTokens(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/service-tokens").WithTags("Service tokens");
        group.MapGet("", ListAsync).Describe("List service tokens, newest first, revoked ones too.", answer: new Page<ServiceTokenView>([Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a service token, without its secret.", answer: Example);
        group.MapPost("", CreateAsync).Describe("Make a token for scripts; the answer shows it this once. It works while its maker could make it.",
            new { name = "nightly import", role = "finance", expires_at = ApiExamples.Instant }, Example with { Token = "aps_…" }, StatusCodes.Status201Created);
        group.MapDelete("/{id:guid}", RevokeAsync).Describe("Revoke a service token, and with it all it made; it stops at once.", status: StatusCodes.Status204NoContent);
    }

    private static ServiceTokenView Example => ServiceTokenView.Of(new ServiceToken
    {
        Id = ApiExamples.Id,
        OrganizationId = ApiExamples.Id,
        Name = "nightly import",
        Role = Role.Finance,
        TokenHash = [],
        Prefix = "aps_x7Yk29Qd",
        CreatedBy = ApiExamples.Id,
        CreatedAt = ApiExamples.Instant,
        UpdatedAt = ApiExamples.Instant,
    }, ServiceTokenStatus.Active);

    private static async Task<IResult> ListAsync(HttpContext http, ServiceTokenList tokens)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var organization = ApiScope.ForList(http, query, Permission.ManageServiceTokens);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await tokens.PageAsync(organization.Value, limit, after, http.RequestAborted), ServiceTokenView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, ServiceTokenList tokens)
    {
        var organization = await ApiScope.ForRowAsync<ServiceToken>(http, id, "service token", Permission.ManageServiceTokens);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await tokens.FindAsync(organization.Value, id, http.RequestAborted) is { } line
            ? ApiResults.Ok(ServiceTokenView.Of(line))
            : ApiResults.Missing("service token");
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CreateServiceToken create)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = new ServiceTokenDraft(body.Text("name"), body.Word<Role>("role"), body.InstantOrNull("expires_at"));
        body.ReadOnly("id", "token", "prefix", "status", "revoked_at", "created_by", "created_at", "updated_at");
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var made = await create.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted);
        return ApiResults.Created(made, token => ServiceTokenView.Of(token.Row, ServiceTokenStatus.Active) with { Token = token.Secret });
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext http, RevokeServiceToken revoke)
    {
        var organization = await ApiScope.ForRowAsync<ServiceToken>(http, id, "service token");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await revoke.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }
}

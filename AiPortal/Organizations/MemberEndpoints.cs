using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;

namespace AiPortal.Organizations;

/// <summary><c>/api/v1/members</c>: who belongs to an organization, and as what.</summary>
internal static class MemberEndpoints
{
    internal sealed record MemberView(Guid Id, Guid OrganizationId, Guid UserId, string Email, string Name, Role Role, PlaceKind? ScopeType, Guid? ScopeId, Guid? TeamId, RateLimit RateLimit, MemberStatus Status,
        bool EmailConfirmed, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static MemberView Of(MemberLine line) => Of(line.Membership, line.CanSignIn, line.EmailConfirmed);

        public static MemberView Of(Membership row, bool canSignIn, bool emailConfirmed) => new(row.Id, row.OrganizationId, row.UserId, row.Email, row.Name, row.Role,
            row.ScopeType, row.ScopeId, row.TeamId, RateLimit.Of(row), canSignIn ? MemberStatus.Active : MemberStatus.Invited, emailConfirmed, row.CreatedAt, row.UpdatedAt);
    }

    /// <summary>The answer to a creation: <c>invitation_url</c> is shown this once, and null for a person who can sign in.</summary>
    internal sealed record NewMemberView(Guid Id, Guid OrganizationId, Guid UserId, string Email, string Name, Role Role, PlaceKind? ScopeType, Guid? ScopeId, Guid? TeamId, RateLimit RateLimit, MemberStatus Status,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? InvitationUrl);

    public static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/members").WithTags("Members");
        group.MapGet("", ListAsync).Describe("List members by name; filters role, team_id, status, search.", answer: new Page<MemberView>([Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a member.", answer: Example);
        group.MapPost("", AddAsync).Describe("Add a member: with a password he can sign in at once, without one an invitation link is answered once. A manager may be one of a part: scope_type (department, team, project) and scope_id.",
            new { email = "ada@example.com", name = "Ada Lovelace", role = "manager", scope_type = "team", scope_id = ApiExamples.Id, team_id = ApiExamples.Id }, Created(ExampleAdded, "https://portal.example.com"), StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync).Describe("Change a member's name, role, the part it is for (both null: the whole organization), team or limits.", new { role = "finance", rate_limit = new RateLimit(60) }, Example);
        group.MapPost("/{id:guid}/invite", InviteAgainAsync).Describe("A new invitation link for a member who has not used his; the link before stops working.",
            answer: new { invitation_url = "https://portal.example.com/invitation?token=apv_…" });
        group.MapPost("/{id:guid}/confirm-address", ConfirmAddressAsync).Describe("Vouch that the account is of the person whose address it has: a directory or identity provider that vouches for the address leads into it from then on. Never for oneself.", answer: Example);
        group.MapDelete("/{id:guid}/two-factor", ResetTwoFactorAsync).Describe("End the two-factor of a member who lost phone and recovery codes; his sessions end.", status: StatusCodes.Status204NoContent);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("End a membership.", status: StatusCodes.Status204NoContent);
    }

    /// <summary>Anonymous: the token is the credential.</summary>
    public static void MapInvitations(IEndpointRouteBuilder api) =>
        api.MapPost("/auth/accept-invitation", AcceptAsync).AllowAnonymous().WithTags("Sign in")
            .Describe("Choose a password with the token of an invitation link.", new { token = "apv_…", password = "a long passphrase" }, status: StatusCodes.Status204NoContent);

    private static Membership ExampleRow => new()
    {
        Id = ApiExamples.Id,
        OrganizationId = ApiExamples.Id,
        UserId = ApiExamples.Id,
        Email = "ada@example.com",
        Name = "Ada Lovelace",
        Role = Role.Manager,
        ScopeType = PlaceKind.Team,
        ScopeId = ApiExamples.Id,
        CreatedAt = ApiExamples.Instant,
        UpdatedAt = ApiExamples.Instant,
    };

    private static MemberView Example => MemberView.Of(ExampleRow, true, true);

    private static AddedMember ExampleAdded => new(ExampleRow, false, "apv_…");

    private static async Task<IResult> ListAsync(HttpContext http, MemberList members)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByText());
        var filter = new MemberFilter(query.Word<Role>("role"), query.Id("team_id"), query.Text("search"), query.Word<MemberStatus>("status"));
        var organization = ApiScope.ForList(http, query, Permission.ViewMembers);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var page = await members.PageAsync(organization.Value, filter, limit, after, http.RequestAborted);
        return page.Refusal is { } missing ? ApiResults.Refused(missing) : ApiResults.Page(page.Value, MemberView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, MemberList members)
    {
        var organization = await ApiScope.ForRowAsync<Membership>(http, id, "member", Permission.ViewMembers);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await members.FindAsync(organization.Value, id, http.RequestAborted) is { } line
            ? ApiResults.Ok(MemberView.Of(line))
            : ApiResults.Missing("member");
    }

    private static async Task<IResult> AddAsync(HttpContext http, AddMember add)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = new MemberDraft(body.Text("email", maxLength: 254), body.Text("name"), body.Word<Role>("role", Role.Member), body.IdOrNull("team_id"))
        {
            Limits = body.RateLimit(RateLimit.None),
            Place = body.Place(null),
        };
        var password = body.TextOrNull("password", maxLength: 1024);
        body.ReadOnly("id", "user_id", "status", "email_confirmed", "invitation_url", "created_at", "updated_at");
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var added = await add.RunAsync(http.GetActor(), organization.Value, draft, password, http.RequestAborted);
        return ApiResults.Created(added, member => Created(member, SiteOf(http)));
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, MemberList members, ChangeMember change)
    {
        var organization = await ApiScope.ForRowAsync<Membership>(http, id, "member");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        if (await members.FindAsync(organization.Value, id, http.RequestAborted) is not { } line) return ApiResults.Missing("member");
        var body = await JsonBody.ReadAsync(http);
        var now = line.Membership;
        var role = body.Word<Role>("role", now.Role);
        var draft = new MemberDraft(body.Text("email", now.Email, 254), body.Text("name", now.Name), role, body.IdOrNull("team_id", now.TeamId))
        {
            Limits = body.RateLimit(RateLimit.Of(now)),
            // Another role than manager is for the whole organization, unless the caller says what cannot be.
            Place = body.Place(Permissions.IsForPlaces(role) ? now.Place : null),
        };
        body.ReadOnly("id", "organization_id", "user_id", "status", "email_confirmed", "invitation_url", "created_at", "updated_at");
        if (body.Has("password")) body.Fault("password", "A password is set only when a member is added; afterwards it is his own.");
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await change.RunAsync(http.GetActor(), organization.Value, id, draft, http.RequestAborted), row => MemberView.Of(row, line.CanSignIn, line.EmailConfirmed));
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveMember remove)
    {
        var organization = await ApiScope.ForRowAsync<Membership>(http, id, "member");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> InviteAgainAsync(Guid id, HttpContext http, InviteAgain invite)
    {
        var organization = await ApiScope.ForRowAsync<Membership>(http, id, "member");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await invite.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), token => new { invitation_url = LinkOf(SiteOf(http), token) });
    }

    private static async Task<IResult> ConfirmAddressAsync(Guid id, HttpContext http, ConfirmAddress confirm)
    {
        var organization = await ApiScope.ForRowAsync<Membership>(http, id, "member");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await confirm.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), row => MemberView.Of(row, true, true));
    }

    private static async Task<IResult> ResetTwoFactorAsync(Guid id, HttpContext http, ResetTwoFactor reset)
    {
        var organization = await ApiScope.ForRowAsync<Membership>(http, id, "member");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await reset.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> AcceptAsync(HttpContext http, AcceptInvitation accept)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: 8192);
        var (token, password) = (body.Text("token"), body.Text("password", maxLength: 1024));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await accept.RunAsync(token, password, http.ClientIp(), http.RequestAborted));
    }

    private static NewMemberView Created(AddedMember added, string site)
    {
        var view = MemberView.Of(added.Membership, added.CanSignIn, false);
        var url = added.InvitationToken is { } token ? LinkOf(site, token) : null;
        return new NewMemberView(view.Id, view.OrganizationId, view.UserId, view.Email, view.Name, view.Role, view.ScopeType, view.ScopeId, view.TeamId, view.RateLimit, view.Status,
            view.CreatedAt, view.UpdatedAt, url);
    }

    internal static string SiteOf(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}";

    internal static string LinkOf(string site, string token) => $"{site.TrimEnd('/')}/invitation?token={Uri.EscapeDataString(token)}";
}

using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Federation;
using AiPortal.Core.Federation.Directories;
using AiPortal.Core.Tenancy;

namespace AiPortal.Federation;

/// <summary><c>/api/v1/organizations/{id}/directory</c>: the LDAP directory that knows an organization's people. Owners only.</summary>
internal static class DirectoryEndpoints
{
    internal sealed record GroupView(string Group, Role? Role, Guid? TeamId);

    /// <summary><c>bind_secret</c> is written and never read.</summary>
    internal sealed record DirectoryView(Guid? Id, Guid OrganizationId, bool Enabled, string Host, int Port, DirectorySecurity Security, string? CaCertificates, bool AllowPrivate, string BaseDn,
        string BindDn, bool HasBindSecret, string UserFilter, string MailAttribute, string NameAttribute, string IdAttribute, string? GroupFilter, IReadOnlyList<string> Domains,
        IReadOnlyList<GroupView> Groups, Role? DefaultRole, bool CreateMembers, bool LocalPasswords, int TimeoutSeconds, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt)
    {
        public static DirectoryView Of(Guid organizationId, LdapDirectory? row)
        {
            var d = LdapDirectoryDraft.Of(row);
            return new DirectoryView(row?.Id, organizationId, row is not null && d.Enabled, d.Host, d.Port, d.Security, d.CaCertificates, d.AllowPrivate, d.BaseDn, d.BindDn,
                row?.BindSecretCipher is not null, d.UserFilter, d.MailAttribute, d.NameAttribute, d.IdAttribute, d.GroupFilter, d.Domains, [.. d.Groups.Select(rule => new GroupView(rule.Group, rule.Role, rule.TeamId))],
                d.DefaultRole, d.CreateMembers, d.LocalPasswords, d.TimeoutSeconds, row?.CreatedAt, row?.UpdatedAt);
        }
    }

    private static object ExampleDraft { get; } = new
    {
        enabled = true,
        host = "ldap.example.com",
        port = 636,
        security = "ldaps",
        base_dn = "dc=example,dc=com",
        bind_dn = "cn=portal,ou=services,dc=example,dc=com",
        bind_secret = "a secret of the directory",
        user_filter = "(&(objectClass=person)(mail={login}))",
        domains = new[] { "people.example.org" },
        groups = new[] { new { group = "cn=finance,ou=groups,dc=example,dc=com", role = "finance" } },
        create_members = true,
    };

    private static DirectoryView Example { get; } = new(ApiExamples.Id, ApiExamples.Id, true, "ldap.example.com", 636, DirectorySecurity.Ldaps, null, false, "dc=example,dc=com",
        "cn=portal,ou=services,dc=example,dc=com", true, "(&(objectClass=person)(mail={login}))", "mail", "displayName", "entryUUID", null, ["example.com"],
        [new GroupView("cn=finance,ou=groups,dc=example,dc=com", Role.Finance, null)], null, true, true, 5, ApiExamples.Instant, ApiExamples.Instant);

    public static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/organizations/{id:guid}/directory").WithTags("Sign in");
        group.MapGet("", ReadAsync).Describe("Read the directory that knows the organization's people; owners only.", answer: Example);
        group.MapMethods("", [HttpMethods.Put, HttpMethods.Patch], ChangeAsync).Describe(
            "Set the directory; absent members stay. Always over TLS (security ldaps or start_tls). {login} in user_filter is the address as typed, {name} what stands before its @; "
            + "both are escaped. groups give a role or a team to who is in them. Whom it signed in signs in again.", ExampleDraft, Example);
        group.MapDelete("", RemoveAsync).Describe("Take the directory away; whom it signed in is signed out.", status: StatusCodes.Status204NoContent);
        group.MapPost("/try", TryAsync).Describe("See what would happen if somebody signed in, with the settings as they are or as given here; nothing is kept.",
            new { login = "ada@example.com", password = (string?)null },
            new DirectoryTrial(true, "uid=ada,ou=people,dc=example,dc=com", "ada@example.com", "Ada Lovelace", ["cn=finance,ou=groups,dc=example,dc=com"], Role.Finance, null, null, true, null));
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, DirectoryRead directories)
    {
        var actor = http.GetActor();
        if (actor.RoleIn(id) is null) return ApiResults.Missing("organization");
        if (ApiScope.MayView(actor, id, Permission.ManageSignIn) is { } denial) return ApiResults.Refused(denial);
        return ApiResults.Ok(DirectoryView.Of(id, await directories.FindAsync(id, http.RequestAborted)));
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ChangeDirectory change)
    {
        if (http.GetActor().RoleIn(id) is null) return ApiResults.Missing("organization");
        var body = await JsonBody.ReadAsync(http);
        return ApiResults.Ok(await change.RunAsync(http.GetActor(), id, now => Draft(body, now), http.RequestAborted), row => DirectoryView.Of(id, row));
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveDirectory remove) =>
        ApiResults.Removed(await remove.RunAsync(http.GetActor(), id, http.RequestAborted));

    private static async Task<IResult> TryAsync(Guid id, HttpContext http, TryDirectory trial)
    {
        if (http.GetActor().RoleIn(id) is null) return ApiResults.Missing("organization");
        var body = await JsonBody.ReadAsync(http);
        var (login, password) = (body.Text("login", maxLength: 254), body.TextOrNull("password", maxLength: 1024));
        return ApiResults.Ok(await trial.RunAsync(http.GetActor(), id, now => Draft(body, now), login, password, http.RequestAborted), result => result);
    }

    private static Outcome<LdapDirectoryDraft> Draft(JsonBody body, LdapDirectoryDraft now)
    {
        body.ReadOnly("id", "organization_id", "has_bind_secret", "created_at", "updated_at");
        var security = body.Word<DirectorySecurity>("security", now.Security);
        var draft = now with
        {
            Enabled = body.Flag("enabled", now.Enabled),
            Host = body.Text("host", now.Host, 253),
            Port = body.Int("port", security == now.Security ? now.Port : security == DirectorySecurity.Ldaps ? 636 : 389),
            Security = security,
            CaCertificates = body.TextOrNull("ca_certificates", now.CaCertificates, LdapDirectoryDraft.MaxCertificates),
            AllowPrivate = body.Flag("allow_private", now.AllowPrivate),
            BaseDn = body.Text("base_dn", now.BaseDn, 500),
            BindDn = body.Text("bind_dn", now.BindDn, 500),
            BindSecret = body.TextOrNull("bind_secret", maxLength: 1000),
            UserFilter = body.Text("user_filter", now.UserFilter, 1000),
            MailAttribute = body.Text("mail_attribute", now.MailAttribute),
            NameAttribute = body.Text("name_attribute", now.NameAttribute),
            IdAttribute = body.Text("id_attribute", now.IdAttribute),
            GroupFilter = body.TextOrNull("group_filter", now.GroupFilter, 1000),
            Domains = body.TextsOrNull("domains", [.. now.Domains]) ?? [],
            Groups = Rules(body) ?? now.Groups,
            DefaultRole = body.WordOrNull<Role>("default_role", now.DefaultRole),
            CreateMembers = body.Flag("create_members", now.CreateMembers),
            LocalPasswords = body.Flag("local_passwords", now.LocalPasswords),
            TimeoutSeconds = body.Int("timeout_seconds", now.TimeoutSeconds),
        };
        return body.Refusal() is { } refusal ? refusal : draft;
    }

    private static List<GroupRule>? Rules(JsonBody body) =>
        body.Objects("groups", LdapDirectoryDraft.MostRules)?.Select(rule => new GroupRule(rule.Text("group", maxLength: 500), rule.WordOrNull<Role>("role"), rule.IdOrNull("team_id"))).ToList();
}

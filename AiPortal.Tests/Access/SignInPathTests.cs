using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Tests.Api;
using AiPortal.Tests.Credentials;
using AiPortal.Tests.Federation;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Access;

/// <summary>The rules of signing in on every way in, and that there is no other: a new one is a fault here until it obeys them too.</summary>
public sealed class SignInPathTests(PortalHost host, IdentityServer server, SlapdServer slapd) : IClassFixture<PortalHost>, IClassFixture<IdentityServer>, IClassFixture<SlapdServer>
{
    private const string Password = "a-long-enough-secret";

    /// <summary>
    /// What nobody need be signed in for. Sessions begin at the API's login, at the form and where providers lead back to, which are
    /// the ways in of <see cref="Doors"/>; a path that is added here has to be one of those, or to begin none.
    /// </summary>
    private static readonly string[] Open =
    [
        "/api/v1/auth/accept-invitation", "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/register", "/auth/sign-out", "/error", "/health/live", "/health/ready",
        "/invitation", "/metrics", "/not-found", "/preferences/clock", "/preferences/environment", "/preferences/language", "/sign-in", "/sign-in/with/{id:guid}", "/sign-in/with/{id:guid}/back",
    ];

    /// <summary>Every way in, by name.</summary>
    public static TheoryData<string> Doors => ["password by API", "password by form", "invitation", "reset", "provider", "directory by API", "directory by form"];

    [Fact]
    public void WhatIsOpenToAnybody_IsKnown()
    {
        var open = from endpoint in host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
                   where endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
                       && (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>() is null)
                   let path = endpoint.RoutePattern.RawText!.TrimEnd('/')
                   // Calls with a key, and the framework's own.
                   where !path.StartsWith("/v1", StringComparison.Ordinal) && !path.StartsWith("/anthropic/", StringComparison.Ordinal) && !path.TrimStart('/').StartsWith('_')
                   select "/" + path.TrimStart('/');
        Assert.Equal(string.Join('\n', Open.Order(StringComparer.Ordinal)), string.Join('\n', open.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Sessions_BeginWithAStepOfSignIn_AndNothingElse()
    {
        Assert.Empty(typeof(SignInStep).GetConstructors());
        var begins = typeof(Sessions).GetMethods().Where(method => method.Name.StartsWith("Begin", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(begins);
        Assert.All(begins, method => Assert.Equal(typeof(SignInStep), method.GetParameters()[0].ParameterType));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task ALockedAccount_IsLetInByNone(string door)
    {
        if (await PersonAsync(door) is not { } person) return;
        await person.EnterAsync(null);
        Assert.NotNull(await StandingAsync(person));
        await LeaveAsync(person);
        await host.Database.ExecuteAsync("UPDATE users SET lockout_end = now() + interval '5 minutes' WHERE normalized_email = upper($1)", person.Email);
        await person.EnterAsync(null);
        Assert.Null(await StandingAsync(person));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task WhoIsNoMemberAnyMore_HasNoRole(string door)
    {
        if (await PersonAsync(door) is not { } person) return;
        await person.EnterAsync(null);
        var before = await StandingAsync(person);
        Assert.NotEmpty(before!.Roles);
        var member = (await host.Admin.GetApiAsync("/members?search=" + person.Email)).Data.Single().GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/members/{member}")).Status);
        Assert.Empty((await StandingAsync(person))!.Roles);
        await LeaveAsync(person);
        await person.EnterAsync(null);
        Assert.Empty((await StandingAsync(person))?.Roles ?? new Dictionary<Guid, AiPortal.Core.Tenancy.Role>());
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task TwoFactor_IsAskedByEach_AndAWrongCodeOpensNone(string door)
    {
        if (await PersonAsync(door) is not { } person) return;
        await person.EnterAsync(null);
        var app = await EnableAsync(person);
        await LeaveAsync(person);
        await person.EnterAsync(null);
        Assert.Null(await StandingAsync(person));
        await person.EnterAsync(app.Wrong());
        Assert.Null(await StandingAsync(person));
        var code = app.Next();
        await person.EnterAsync(code);
        Assert.NotNull(await StandingAsync(person));
        await LeaveAsync(person);
        await person.EnterAsync(code);
        Assert.Null(await StandingAsync(person));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task TwoFactorThatAnOrganizationDemands_IsOwedByEach(string door)
    {
        if (await PersonAsync(door) is not { } person) return;
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "member" } });
        await person.EnterAsync(null);
        var standing = await StandingAsync(person);
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = Array.Empty<string>() });
        Assert.NotNull(standing?.Owes);
        Assert.Empty(standing.Roles);
    }

    /// <summary>What a directory or provider began has no use for a password of the portal's own; every other way owes a new one.</summary>
    [Theory]
    [MemberData(nameof(Doors))]
    public async Task APasswordThatSomebodyElseChose_IsChangedFirst_WhereverItOpens(string door)
    {
        if (await PersonAsync(door) is not { } person) return;
        await host.Database.ExecuteAsync("UPDATE users SET must_change_password = true WHERE normalized_email = upper($1)", person.Email);
        await person.EnterAsync(null);
        var standing = await StandingAsync(person);
        Assert.NotNull(standing);
        if (standing.ConfinedTo is not null) return;
        Assert.Equal(SignInDebt.NewPassword, standing.Owes);
        Assert.Empty(standing.Roles);
    }

    [Fact]
    public async Task WhoSatThereBefore_IsNotWhoComesIn_AndASecondStepIsOfOnePerson()
    {
        using var mallory = await host.MemberAsync("member", "mallory@paths.example.com");
        using var alice = await host.MemberAsync("member", "alice@paths.example.com");
        using var attacker = new Walk(host.BaseUrl);
        await attacker.SignInAsync("mallory@paths.example.com", Password);
        var planted = attacker.Session;
        using var browser = new Walk(host.BaseUrl) { Session = planted };
        Assert.Equal("/budgets", await browser.SignInAsync("alice@paths.example.com", Password, "/budgets"));
        Assert.NotEqual(planted, browser.Session);
        // What was planted has ended, and names nobody that came later.
        Assert.StartsWith("/sign-in", await attacker.FollowAsync("/change-password"), StringComparison.Ordinal);
        var first = browser.Session;
        await browser.SignInAsync("alice@paths.example.com", Password);
        Assert.NotEqual(first, browser.Session);

        var app = new Authenticator((await alice.PostApiAsync("/auth/two-factor", null)).Text("key")!);
        await alice.PostApiAsync("/auth/two-factor/enable", new { code = app.Next() });
        using var step = new Walk(host.BaseUrl);
        var page = (await step.SendFormAsync("/sign-in", await step.GetTextAsync("/sign-in"), ("_handler", "sign-in"), ("Form.Email", "alice@paths.example.com"), ("Form.Password", Password))).Page;
        var ticket = Walk.Value(page, "Second.Ticket")!;
        foreach (var forged in new[] { ticket[..^2], "", "x", ticket[..20] + "AAAA" + ticket[24..] })
            Assert.Null((await step.SendFormAsync("/sign-in", page, ("_handler", "sign-in-code"), ("Second.Ticket", forged), ("Second.Code", app.Next()))).To);
        await host.Database.ExecuteAsync("UPDATE users SET security_stamp = 'another' WHERE normalized_email = 'ALICE@PATHS.EXAMPLE.COM'");
        Assert.Null((await step.SendFormAsync("/sign-in", page, ("_handler", "sign-in-code"), ("Second.Ticket", ticket), ("Second.Code", app.Next()))).To);
        Assert.False(step.HasSession);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("\t//evil.example")]
    [InlineData(" //evil.example")]
    [InlineData("/\r\n/evil.example")]
    [InlineData("/\u0000/evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("http:/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("evil.example")]
    [InlineData("@evil.example")]
    [InlineData("/%0d%0aSet-Cookie:x=y")]
    [InlineData("/%09/evil.example")]
    [InlineData("/..//evil.example")]
    [InlineData("/.//evil.example")]
    [InlineData("/a/..//evil.example")]
    [InlineData("/％2f/evil.example")]
    [InlineData("/／evil.example")]
    public async Task AReturnUrl_LeadsNowhereElse_ByAnyForm(string returnUrl)
    {
        using var browser = new Walk(host.BaseUrl);
        await browser.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword, returnUrl);
        Assert.True(browser.HasSession);
        Stays(browser.Sent!);
        var page = await browser.GetTextAsync("/change-password");
        foreach (var (path, name, value) in new[] { ("/preferences/language", "culture", "en"), ("/preferences/clock", "clock", "24"), ("/auth/sign-out", "x", "y") })
        {
            await browser.SendFormAsync(path, page, (name, value), ("returnUrl", returnUrl));
            // A form that cannot be read leads nowhere.
            if (browser.Sent is { } sent) Stays(sent);
        }

        void Stays(string to)
        {
            // As a browser reads it: without tabs and line ends, a backslash is a slash.
            var read = new string([.. to.Where(c => c is not ('\t' or '\r' or '\n'))]).Trim().Replace('\\', '/');
            if (read.StartsWith(host.BaseUrl.ToString(), StringComparison.Ordinal)) return;
            Assert.True(read.StartsWith('/') && !read.StartsWith("//", StringComparison.Ordinal), to);
        }
    }

    [Fact]
    public async Task AnAnswerOfAProvider_IsTakenOnce_ByWhoAskedForIt_WithTheCodeThatBelongsToIt()
    {
        var id = await ProviderAsync();
        server.Knows("replay", "replay@example.com");
        using var victim = new Walk(host.BaseUrl);
        using var attacker = new Walk(host.BaseUrl);
        var own = await victim.ToTheDoorAsync($"/sign-in/with/{id}");
        var theirs = await attacker.ToTheDoorAsync($"/sign-in/with/{id}");
        string With(string code, string state) => $"/sign-in/with/{id}/back?code={Query(code, "code")}&state={Uri.EscapeDataString(Query(state, "state"))}";
        // The attacker's code under the victim's state: the verifier does not fit it.
        Assert.StartsWith("/sign-in?fault=", await victim.FollowAsync(With(theirs, own)), StringComparison.Ordinal);
        Assert.StartsWith("/sign-in?fault=", await victim.FollowAsync(theirs), StringComparison.Ordinal);
        Assert.StartsWith("/sign-in?fault=", await victim.FollowAsync($"/sign-in/with/{id}/back?code=x"), StringComparison.Ordinal);
        Assert.StartsWith("/sign-in?fault=", await victim.FollowAsync($"/sign-in/with/{id}/back?error=access_denied&state={Uri.EscapeDataString(Query(own, "state"))}"), StringComparison.Ordinal);
        Assert.False(victim.HasSession);
        var again = await victim.ToTheDoorAsync($"/sign-in/with/{id}");
        Assert.Equal("/", await victim.FollowAsync(again));
        var session = victim.Session;
        Assert.StartsWith("/sign-in?fault=", await victim.FollowAsync(again), StringComparison.Ordinal);
        Assert.Equal(session, victim.Session);
    }

    private static string Query(string path, string name) => System.Web.HttpUtility.ParseQueryString(path.Split('?', 2)[1])[name]!;

    private sealed record Person(string Email, Func<string?, Task> EnterAsync);

    /// <summary>Somebody new who comes in by this way; null where the machine has none of it.</summary>
    private async Task<Person?> PersonAsync(string door)
    {
        var name = $"p{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        var email = $"{name}@{(door.StartsWith("directory", StringComparison.Ordinal) ? "example.com" : "paths.example.com")}";
        switch (door)
        {
            case "password by API":
            case "password by form":
                (await host.MemberAsync("member", email)).Dispose();
                await EndAllAsync(email);
                return new Person(email, door.EndsWith("API", StringComparison.Ordinal) ? code => LoginAsync(email, Password, code) : code => FormAsync(email, Password, code));
            case "invitation":
                var invited = await host.Admin.PostApiAsync("/members", new { email, name, role = "member" });
                using (var nobody = host.Anonymous())
                    Assert.Equal(HttpStatusCode.NoContent, (await nobody.PostApiAsync("/auth/accept-invitation", new { token = invited.Text("invitation_url")!.Split("token=")[1], password = Password })).Status);
                return new Person(email, code => FormAsync(email, Password, code));
            case "reset":
                (await host.MemberAsync("member", email)).Dispose();
                var given = await host.Services.GetRequiredService<BootstrapAdministrator>().ResetPasswordAsync(email);
                // Its own rule, seen by itself: the others are looked at without it.
                await host.Database.ExecuteAsync("UPDATE users SET must_change_password = false WHERE normalized_email = upper($1)", email);
                return new Person(email, code => LoginAsync(email, given!, code));
            case "provider":
                var id = await ProviderAsync();
                return new Person(email, async code =>
                {
                    server.Knows(name, email);
                    using var browser = new Walk(host.BaseUrl);
                    var to = await browser.FollowAsync($"/sign-in/with/{id}");
                    if (code is null || !to.StartsWith("/sign-in?step=code", StringComparison.Ordinal)) return;
                    var page = await browser.GetTextAsync(to);
                    await browser.SendFormAsync(to, page, ("_handler", "sign-in-code"), ("Second.Ticket", Walk.Value(page, "Second.Ticket")!), ("Second.Code", code));
                });
            default:
                if (SlapdServer.Program is null) return null;
                await DirectoryAsync();
                slapd.AddPerson(name, Password);
                return new Person(email, door.EndsWith("API", StringComparison.Ordinal) ? code => LoginAsync(email, Password, code) : code => FormAsync(email, Password, code));
        }
    }

    private async Task LoginAsync(string email, string password, string? code)
    {
        using var nobody = host.Anonymous();
        using var answer = await nobody.PostAsJsonAsync("/api/v1/auth/login", new { email, password, code });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(body.TryGetProperty("access_token", out _), await ActorAsync(email) is not null);
    }

    private async Task FormAsync(string email, string password, string? code)
    {
        using var browser = new Walk(host.BaseUrl);
        await browser.SignInAsync(email, password, "/", code);
        Assert.Equal(browser.HasSession, await ActorAsync(email) is not null);
    }

    private Task<Actor?> StandingAsync(Person person) => ActorAsync(person.Email);

    /// <summary>Who the person's only session stands for; null where there is none.</summary>
    private async Task<Actor?> ActorAsync(string email)
    {
        await using var db = host.Database.Portal.OpenSystem();
        var normalized = email.ToUpperInvariant();
        var user = await db.Set<PortalUser>().Where(u => u.NormalizedEmail == normalized).Select(u => (Guid?)u.Id).SingleOrDefaultAsync();
        var session = await db.Set<Session>().Where(s => s.UserId == user && s.RevokedAt == null).Select(s => (Guid?)s.Id).SingleOrDefaultAsync();
        return session is { } id ? await host.Services.GetRequiredService<ActorSource>().BySessionAsync(id, null) : null;
    }

    private Task LeaveAsync(Person person) => EndAllAsync(person.Email);

    private Task EndAllAsync(string email) =>
        host.Database.ExecuteAsync("UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL AND user_id = (SELECT id FROM users WHERE normalized_email = upper($1))", email);

    private async Task<Authenticator> EnableAsync(Person person)
    {
        using var client = host.WithBearer(await host.TokenOfAsync(person.Email));
        var app = new Authenticator((await client.PostApiAsync("/auth/two-factor", null)).Text("key")!);
        Assert.Equal(HttpStatusCode.OK, (await client.PostApiAsync("/auth/two-factor/enable", new { code = app.Next() })).Status);
        return app;
    }

    private async Task<Guid> ProviderAsync()
    {
        var answer = await host.Admin.PostApiAsync("/identity-providers", server.Settings("paths.example.com", "example.com"));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Json.ToString());
        return answer.Id;
    }

    private async Task DirectoryAsync()
    {
        var answer = await host.Admin.CallAsync(HttpMethod.Put, $"/organizations/{host.OrganizationId}/directory", new
        {
            enabled = true,
            host = "127.0.0.1",
            port = slapd.TlsPort,
            security = "ldaps",
            ca_certificates = slapd.Authority,
            allow_private = true,
            base_dn = SlapdServer.BaseDn,
            bind_dn = SlapdServer.BindDn,
            bind_secret = SlapdServer.BindSecret,
            domains = new[] { "example.com" },
            user_filter = "(&(objectClass=person)(mail={login}))",
            default_role = "member",
            create_members = true,
            timeout_seconds = 5,
        });
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToString());
    }
}

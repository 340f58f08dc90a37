using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Credentials;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Federation;

/// <summary>People of a real directory sign in; passwords that are none, servers that are not the right one, and names that mean more than they say do not.</summary>
public sealed class DirectorySignInTests(PortalHost host, SlapdServer slapd) : IClassFixture<PortalHost>, IClassFixture<SlapdServer>
{
    private const string Password = "of-the-directory";

    private string Path => $"/organizations/{host.OrganizationId}/directory";

    [SlapdFact]
    public async Task APerson_ComesInByHisGroup_OverEitherKindOfTls_AndFollowsIt()
    {
        slapd.AddPerson("ada", Password, name: "Ada Lovelace");
        slapd.AddTo("finance", "ada");
        var team = await host.Admin.PostApiAsync("/teams", new { name = "Search" });
        var groups = Groups(("finance", "finance", null), ("managers", "manager", null), ("search-team", null, team.Text("id")));
        await SetAsync(new { groups });
        Assert.Equal("finance", RoleOf(await LoginAsync("ada@example.com", Password)));

        slapd.TakeFrom("finance", "ada");
        slapd.AddTo("managers", "ada");
        slapd.AddTo("search-team", "ada");
        // Another way to the same directory, and groups asked for instead of read.
        await SetAsync(new { groups, security = "start_tls", port = slapd.PlainPort, bind_secret = SlapdServer.BindSecret, group_filter = "(&(objectClass=groupOfNames)(member={dn}))" });
        var again = await LoginAsync("ADA@example.com", Password);
        Assert.Equal("manager", RoleOf(again));
        var row = (await host.Admin.GetApiAsync("/members?q=ada@example.com")).Data.Single(member => member.GetProperty("email").GetString() == "ada@example.com");
        Assert.Equal(("Ada Lovelace", team.Text("id")), (row.GetProperty("name").GetString(), row.GetProperty("team_id").GetString()));

        slapd.TakeFrom("managers", "ada");
        Assert.Equal("not_admitted", (await LoginAsync("ada@example.com", Password)).GetProperty("code").GetString());
        await SetAsync(new { group_filter = (string?)null });
    }

    [SlapdFact]
    public async Task WrongEmptyAndCraftedCredentials_NeverComeIn()
    {
        slapd.AddPerson("bob", Password);
        await SetAsync(new { user_filter = "(&(objectClass=person)(|(mail={login})(uid={name})))" });
        using var anonymous = host.Anonymous();
        foreach (var (email, password) in new[]
        {
            ("bob@example.com", "wrong"), ("bob@example.com", ""), ("bob@example.com", "\0"), ("*@example.com", Password), ("bo*@example.com", Password),
            ("bob)(uid=*@example.com", Password), ("x)(|(uid=bob)@example.com", Password), (@"bob\2a@example.com", Password), ("nobody@example.com", Password),
            ("bob@elsewhere.example", Password), ("portal@example.com", SlapdServer.BindSecret),
        })
        {
            var answer = await anonymous.PostApiAsync("/auth/login", new { email, password });
            Assert.True(answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest, $"{email} / {password}: {answer.Json}");
        }

        Assert.Equal("member", RoleOf(await LoginAsync("bob@example.com", Password)));
    }

    [SlapdFact]
    public async Task GuessesAtANameThePortalDoesNotKnow_AreTen()
    {
        slapd.AddPerson("carol", Password);
        await SetAsync(new { });
        using var anonymous = host.Anonymous();
        for (var i = 0; i < 10; i++) await anonymous.PostApiAsync("/auth/login", new { email = "carol@example.com", password = $"guess {i}" });
        Assert.Equal("invalid_credentials", (await LoginAsync("carol@example.com", Password)).GetProperty("code").GetString());
        await host.Database.ExecuteAsync("UPDATE directory_attempts SET locked_until = now() - interval '1 second'");
        Assert.Equal("member", RoleOf(await LoginAsync("carol@example.com", Password)));
    }

    [SlapdFact]
    public async Task AServerThatIsGoneSlowOrAnother_KeepsNoOwnerOut_AndIsSaid()
    {
        slapd.AddPerson("dan", Password);
        await SetAsync(new { });
        Assert.Equal("member", RoleOf(await LoginAsync("dan@example.com", Password)));
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var silentPort = ((IPEndPoint)silent.LocalEndpoint).Port;
        var other = new { ca_certificates = OtherAuthority() };
        var seen = new List<string?>();
        foreach (var setting in new object[] { new { port = SlapdServer.FreePort(), bind_secret = "x" }, new { port = silentPort, timeout_seconds = 1, bind_secret = "x" }, other, new { host = "localhost", bind_secret = SlapdServer.BindSecret } })
        {
            await SetAsync(setting);
            var trial = await host.Admin.PostApiAsync(Path + "/try", new { login = "dan@example.com" });
            seen.Add(trial.Code);
            Assert.Equal("directory_unavailable", (await LoginAsync("dan@example.com", Password)).GetProperty("code").GetString());
            using var owner = await host.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword);
            Assert.Equal(HttpStatusCode.OK, (await owner.GetApiAsync("/members")).Status);
            await SetAsync(new { });
        }

        Assert.Equal(["directory_unreachable", "directory_late", "certificate_untrusted", "certificate_untrusted"], seen);
    }

    [SlapdFact]
    public async Task TwoFactor_IsAskedAsOfAnybody()
    {
        slapd.AddPerson("eve", Password);
        slapd.AddTo("finance", "eve");
        await SetAsync(new { groups = Groups(("finance", "finance", null)) });
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "finance" } });
        var first = await LoginAsync("eve@example.com", Password);
        Assert.True(first.GetProperty("two_factor_setup_required").GetBoolean());
        using var eve = host.WithBearer(first.GetProperty("access_token").GetString()!);
        Assert.Equal("two_factor_setup_required", (await eve.GetApiAsync("/keys")).Code);
        var app = new Authenticator((await eve.PostApiAsync("/auth/two-factor", null)).Text("key")!);
        await eve.PostApiAsync("/auth/two-factor/enable", new { code = app.Next() });
        var second = await LoginAsync("eve@example.com", Password);
        Assert.True(second.GetProperty("two_factor_required").GetBoolean());
        Assert.False(second.TryGetProperty("access_token", out _));
        using var anonymous = host.Anonymous();
        var third = await anonymous.PostApiAsync("/auth/login", new { email = "eve@example.com", password = Password, code = app.Next() });
        Assert.Equal("finance", RoleOf(third.Json));
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = Array.Empty<string>() });
    }

    [SlapdFact]
    public async Task WhatWasSignedInThere_EndsWithIt_AndTheSecretGoesNowhereElse()
    {
        slapd.AddPerson("finn", Password);
        var set = await SetAsync(new { });
        Assert.DoesNotContain(SlapdServer.BindSecret, set.Json.ToString(), StringComparison.Ordinal);
        Assert.True(set.Json.GetProperty("has_bind_secret").GetBoolean());
        Assert.Equal(["bind_secret"], (await host.Admin.PatchApiAsync(Path, new { host = "127.0.0.2" })).Fields);
        Assert.Equal(["bind_secret"], (await host.Admin.PostApiAsync(Path + "/try", new { login = "finn@example.com", host = "127.0.0.2" })).Fields);
        Assert.Equal(["groups"], (await host.Admin.PatchApiAsync(Path, new { groups = Groups(("finance", "owner", null)) })).Fields);
        Assert.Equal(["host"], (await host.Admin.PatchApiAsync(Path, new { host = "169.254.169.254", bind_secret = "x" })).Fields);

        using var finn = host.WithBearer((await LoginAsync("finn@example.com", Password)).GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await finn.GetApiAsync("/me")).Status);
        await host.Admin.PatchApiAsync(Path, new { enabled = false });
        Assert.Equal(HttpStatusCode.Unauthorized, (await finn.GetApiAsync("/me")).Status);
        Assert.Equal("invalid_credentials", (await LoginAsync("finn@example.com", Password)).GetProperty("code").GetString());
    }

    private async Task<ApiAnswer> SetAsync(object changes)
    {
        var settings = new Dictionary<string, object?>
        {
            ["enabled"] = true,
            ["host"] = "127.0.0.1",
            ["port"] = slapd.TlsPort,
            ["security"] = "ldaps",
            ["ca_certificates"] = slapd.Authority,
            ["allow_private"] = true,
            ["base_dn"] = SlapdServer.BaseDn,
            ["bind_dn"] = SlapdServer.BindDn,
            ["bind_secret"] = SlapdServer.BindSecret,
            ["domains"] = new[] { "example.com" },
            ["user_filter"] = "(&(objectClass=person)(mail={login}))",
            ["default_role"] = "member",
            ["create_members"] = true,
            ["timeout_seconds"] = 5,
            ["groups"] = Array.Empty<object>(),
        };
        foreach (var property in JsonSerializer.SerializeToElement(changes).EnumerateObject())
        {
            settings[property.Name] = property.Value;
            if (property.Name == "groups") settings["default_role"] = null;
        }

        var answer = await host.Admin.CallAsync(HttpMethod.Put, Path, settings);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToString());
        return answer;
    }

    private static object[] Groups(params (string Group, string? Role, string? Team)[] rules) =>
        [.. rules.Select(rule => new { group = SlapdServer.GroupDn(rule.Group), role = rule.Role, team_id = rule.Team })];

    private async Task<JsonElement> LoginAsync(string email, string password)
    {
        using var anonymous = host.Anonymous();
        using var answer = await anonymous.PostAsJsonAsync("/api/v1/auth/login", new { email, password });
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private string? RoleOf(JsonElement login)
    {
        Assert.True(login.TryGetProperty("access_token", out var token), login.ToString());
        using var client = host.WithBearer(token.GetString()!);
        return client.GetApiAsync("/me").GetAwaiter().GetResult().Json.GetProperty("memberships").EnumerateArray().Single().GetProperty("role").GetString();
    }

    private static string OtherAuthority()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=Another", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return certificate.ExportCertificatePem();
    }
}

using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace AiPortal.Tests.Credentials;

public sealed class TwoFactorTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Password = "a-long-enough-secret";

    [Fact]
    public async Task Login_WithTwoFactor_NeedsACodeThatWorksOnce()
    {
        var (client, app, email, _) = await EnabledAsync("once");
        using var mine = client;
        var bare = await LoginAsync(email, Password);
        var code = app.Next();
        var entered = await LoginAsync(email, Password, code);
        var replayed = await LoginAsync(email, Password, code);
        var wrong = await LoginAsync(email, "not-the-password", app.Next());

        Assert.Equal((HttpStatusCode.OK, true, false), (bare.Status, bare.Json.GetProperty("two_factor_required").GetBoolean(), bare.Json.TryGetProperty("access_token", out _)));
        Assert.StartsWith("apt_", entered.Text("access_token"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_code"), (replayed.Status, replayed.Code));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_credentials"), (wrong.Status, wrong.Code));
    }

    [Fact]
    public async Task Login_OneCodeShownManyTimesAtOnce_LetsOneIn()
    {
        var (client, app, email, _) = await EnabledAsync("race");
        using var mine = client;
        var code = app.Next();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LoginAsync(email, Password, code)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Login_TenWrongCodes_LocksAlsoWhenThePasswordWasRightBetween()
    {
        var (client, app, email, _) = await EnabledAsync("guess");
        using var mine = client;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("invalid_code", (await LoginAsync(email, Password, app.Wrong())).Code);
            if (i < 9) Assert.Equal(HttpStatusCode.OK, (await LoginAsync(email, Password)).Status);
        }

        var late = await LoginAsync(email, Password, app.Next());
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_credentials"), (late.Status, late.Code));
    }

    [Fact]
    public async Task Login_ManyGuessesAtOnce_AreNoMoreThanTen()
    {
        using var member = await host.MemberAsync("member", "flood@example.com");
        var guesses = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => LoginAsync("flood@example.com", "wrong-password-" + i)));
        Assert.All(guesses, guess => Assert.Equal(HttpStatusCode.Unauthorized, guess.Status));
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync("flood@example.com", Password)).Status);
    }

    [Fact]
    public async Task RecoveryCode_WorksOnce_AndNewOnesReplaceTheRest()
    {
        var (client, app, email, codes) = await EnabledAsync("recover");
        using var mine = client;
        Assert.Equal(10, codes.Distinct().Count());
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(email, Password, codes[0].ToUpperInvariant().Replace('-', ' '))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(email, Password, codes[0])).Status);
        Assert.Equal(9, (await client.GetApiAsync("/auth/two-factor")).Json.GetProperty("recovery_codes_left").GetInt32());
        var renewed = await client.PostApiAsync("/auth/two-factor/recovery-codes", new { code = app.Next() });
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(email, Password, codes[1])).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(email, Password, renewed.Json.GetProperty("recovery_codes")[1].GetString())).Status);
    }

    [Fact]
    public async Task Disable_NeedsPasswordAndCode_AndEndsOtherSessions()
    {
        var (client, app, email, codes) = await EnabledAsync("off");
        using var mine = client;
        var entered = await LoginAsync(email, Password, app.Next());
        using var other = host.WithBearer(entered.Text("access_token")!);
        Assert.Equal(["password"], (await client.PostApiAsync("/auth/two-factor/disable", new { password = "not-the-password", code = codes[0] })).Fields);
        Assert.Equal(["code"], (await client.PostApiAsync("/auth/two-factor/disable", new { password = Password, code = app.Wrong() })).Fields);
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostApiAsync("/auth/two-factor/disable", new { password = Password, code = codes[0] })).Status);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), ((await client.GetApiAsync("/me")).Status, (await other.GetApiAsync("/me")).Status));
        Assert.StartsWith("apt_", (await LoginAsync(email, Password)).Text("access_token"), StringComparison.Ordinal);
        var trail = (await host.Admin.GetApiAsync("/audit?limit=500")).Data.Where(row => row.GetProperty("subject_name").GetString() == email).Select(row => row.GetProperty("action").GetString()).ToList();
        Assert.Contains("two_factor.enable", trail);
        Assert.Contains("two_factor.disable", trail);
    }

    [Fact]
    public async Task Secrets_AreNowhereInClear()
    {
        var (client, app, email, codes) = await EnabledAsync("hidden");
        using var mine = client;
        await using var db = host.Database.Portal.OpenSystem();
        var row = await db.Database.SqlQuery<string>($"""SELECT f::text AS "Value" FROM user_second_factors f JOIN users u ON u.id = f.user_id WHERE u.email = {email}""").SingleAsync();
        Assert.NotEmpty(row);
        Assert.DoesNotContain(codes[0], row, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(app.Secret), row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_ByWhoeverManagesMembers_EndsItAndTheSessions()
    {
        var (client, _, email, _) = await EnabledAsync("lost");
        using var mine = client;
        var member = (await host.Admin.GetApiAsync("/members?search=" + email)).Data.Single().GetProperty("id").GetGuid();
        using var manager = await host.MemberAsync("manager");
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.DeleteApiAsync($"/members/{member}/two-factor")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/members/{member}/two-factor")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetApiAsync("/me")).Status);
        Assert.StartsWith("apt_", (await LoginAsync(email, Password)).Text("access_token"), StringComparison.Ordinal);
    }

    private async Task<(HttpClient Client, Authenticator App, string Email, string[] Codes)> EnabledAsync(string name)
    {
        var email = name + "@two.example.com";
        var client = await host.MemberAsync("member", email);
        var key = await client.PostApiAsync("/auth/two-factor", null);
        var app = new Authenticator(key.Text("key")!);
        Assert.Contains(key.Text("key")!, key.Text("uri"), StringComparison.Ordinal);
        var enabled = await client.PostApiAsync("/auth/two-factor/enable", new { code = app.Next() });
        Assert.Equal(HttpStatusCode.OK, enabled.Status);
        return (client, app, email, [.. enabled.Json.GetProperty("recovery_codes").EnumerateArray().Select(code => code.GetString()!)]);
    }

    private async Task<ApiAnswer> LoginAsync(string email, string password, string? code = null)
    {
        using var client = host.Anonymous();
        return await client.PostApiAsync("/auth/login", new { email, password, code });
    }
}

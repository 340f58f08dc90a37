using System.Net;
using AiPortal.Core.Access;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Credentials;

/// <summary>What a person owes before he may do anything, and where he is signed in.</summary>
public sealed class SignInRulesTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Password = "a-long-enough-secret";

    [Fact]
    public async Task TwoFactorRoles_AskedOfARole_HoldFromTheNextCallUntilItIsSetUp()
    {
        using var auditor = await host.MemberAsync("auditor", "auditor@rules.example.com");
        using var manager = await host.MemberAsync("manager");
        var own = await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "owner" } });
        var asked = await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "auditor" } });
        Assert.Equal(["two_factor_roles"], own.Fields);
        Assert.Equal("auditor", asked.Json.GetProperty("two_factor_roles")[0].GetString());

        var refused = await auditor.GetApiAsync("/members");
        using var anonymous = host.Anonymous();
        var login = await anonymous.PostApiAsync("/auth/login", new { email = "auditor@rules.example.com", password = Password });
        Assert.Equal((HttpStatusCode.Forbidden, "two_factor_setup_required"), (refused.Status, refused.Code));
        Assert.True(login.Json.GetProperty("two_factor_setup_required").GetBoolean());
        Assert.Empty((await auditor.GetApiAsync("/me")).Json.GetProperty("memberships").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, (await manager.GetApiAsync("/members")).Status);

        var app = new Authenticator((await auditor.PostApiAsync("/auth/two-factor", null)).Text("key")!);
        var enabled = await auditor.PostApiAsync("/auth/two-factor/enable", new { code = app.Next() });
        var off = await auditor.PostApiAsync("/auth/two-factor/disable", new { password = Password, code = enabled.Json.GetProperty("recovery_codes")[0].GetString() });
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetApiAsync("/members")).Status);
        Assert.Equal((HttpStatusCode.Conflict, "two_factor_demanded"), (off.Status, off.Code));
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = Array.Empty<string>() });
    }

    [Fact]
    public async Task ResetPassword_MustBeChangedBeforeAnythingElse()
    {
        using var member = await host.MemberAsync("finance", "reset@rules.example.com");
        var given = await host.Services.GetRequiredService<BootstrapAdministrator>().ResetPasswordAsync("reset@rules.example.com");
        Assert.Equal(HttpStatusCode.Unauthorized, (await member.GetApiAsync("/me")).Status);
        using var back = await host.SignInAsync("reset@rules.example.com", given!);
        var refused = await back.GetApiAsync("/keys");
        var own = await back.PostApiAsync("/organizations", new { name = "A way around" });
        Assert.Equal((HttpStatusCode.Forbidden, "password_change_required"), (refused.Status, refused.Code));
        Assert.Equal(HttpStatusCode.Forbidden, own.Status);
        Assert.Equal(HttpStatusCode.NoContent, (await back.PostApiAsync("/auth/change-password", new { current_password = given, new_password = "a-new-secret-of-mine" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await back.GetApiAsync("/keys")).Status);
    }

    [Fact]
    public async Task Sessions_AreListed_AndEndAtOnce()
    {
        using var first = await host.MemberAsync("member", "sessions@rules.example.com");
        using var second = await host.SignInAsync("sessions@rules.example.com", Password);
        using var third = await host.SignInAsync("sessions@rules.example.com", Password);
        var rows = (await first.GetApiAsync("/auth/sessions")).Data.ToList();
        var strange = (await host.Admin.GetApiAsync("/auth/sessions")).Data.First().GetProperty("id").GetGuid();
        Assert.Equal((3, 1), (rows.Count, rows.Count(row => row.GetProperty("is_current").GetBoolean())));
        Assert.Equal(HttpStatusCode.NotFound, (await first.DeleteApiAsync($"/auth/sessions/{strange}")).Status);

        var own = (await second.GetApiAsync("/auth/sessions")).Data.Single(row => row.GetProperty("is_current").GetBoolean()).GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.NoContent, (await first.DeleteApiAsync($"/auth/sessions/{own}")).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), ((await second.GetApiAsync("/me")).Status, (await third.GetApiAsync("/me")).Status));
        Assert.Equal(HttpStatusCode.NoContent, (await first.PostApiAsync("/auth/sessions/end-others", null)).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), ((await third.GetApiAsync("/me")).Status, (await first.GetApiAsync("/me")).Status));
    }
}

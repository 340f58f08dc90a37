using System.Net;
using System.Text.RegularExpressions;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Organizations;

public sealed partial class InvitationPageTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task InvitationUrl_PasswordChosenOnItsPage_LetsThePersonSignIn()
    {
        var invited = await host.Admin.PostApiAsync("/members", new { email = "ida@example.com", name = "Ida" });
        using var browser = host.Anonymous();
        var page = invited.Text("invitation_url")!;
        var weak = await ChooseAsync(browser, page, "short");
        var chosen = await ChooseAsync(browser, page, "a-long-enough-secret");
        var again = await ChooseAsync(browser, page, "someone-elses-secret");
        using var ida = await host.SignInAsync("ida@example.com", "a-long-enough-secret");

        Assert.Contains("at least ten characters, four", weak.Body, StringComparison.Ordinal);
        Assert.Equal("/sign-in", chosen.Path);
        Assert.Contains("unknown, used or expired", again.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await ida.GetApiAsync("/me")).Status);
    }

    private static async Task<(string Path, string Body)> ChooseAsync(HttpClient browser, string page, string password)
    {
        var html = await browser.GetStringAsync(page);
        // The language menu above is a form too.
        var form = Hidden().Matches(html[html.LastIndexOf("<form", StringComparison.Ordinal)..]).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        form["Form.Password"] = password;
        using var answer = await browser.PostAsync(page, new FormUrlEncodedContent(form));
        return (answer.RequestMessage!.RequestUri!.AbsolutePath, await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)"\s*/?>""")]
    private static partial Regex Hidden();
}

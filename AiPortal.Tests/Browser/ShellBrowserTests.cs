using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Xunit;

namespace AiPortal.Tests.Browser;

/// <summary>The shell in a real browser: the script from another major version, the circuit, languages, themes, losses.</summary>
public sealed class ShellBrowserTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private const string Elsewhere = "/not-found";

    [Fact]
    public async Task Link_OnClick_MovesThroughTheCircuitWithoutLoadingAPage()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync(Elsewhere);
        await visit.Page.EvaluateAsync("""
            () => {
              window.sameDocument = true;
              document.querySelector("main h1").insertAdjacentHTML("afterend", "<a href='/not-found?moved=1'>on</a>");
            }
            """);
        await visit.Page.ClickAsync("main a[href='/not-found?moved=1']");
        await Assertions.Expect(visit.Page.Locator("#language-menu input[name=returnUrl]")).ToHaveValueAsync("/not-found?moved=1");
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.sameDocument === true"));
    }

    [Fact]
    public async Task Page_WithoutASession_LeadsToSignInAndBack()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync(Elsewhere + "?from=here");
        Assert.Equal("?from=here", new Uri(visit.Page.Url).Query);
        await visit.Page.ClickAsync("[popovertarget=user-menu]");
        await visit.Page.ClickAsync("#user-menu button[type=submit]");
        await visit.Page.WaitForSelectorAsync("input[type=password]");
        await visit.Page.GotoAsync("/change-password");
        Assert.Equal("/sign-in", new Uri(visit.Page.Url).AbsolutePath);
    }

    [Fact]
    public async Task Language_Chosen_StaysChosen()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl, language: "zh-TW");
        await visit.SignInAsync(Elsewhere);
        await Assertions.Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("页面不存在");
        Assert.Equal("zh-CN", await visit.Page.GetAttributeAsync("html", "lang"));

        await visit.Page.ClickAsync("[popovertarget=language-menu]");
        await visit.Page.ClickAsync("#language-menu button[value=en]");
        await Assertions.Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("Page not found");
        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("Page not found");
    }

    [Fact]
    public async Task Theme_Chosen_IsInTheNextPagesFirstHtml()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync(Elsewhere);
        Assert.Equal("rgb(255, 255, 255)", await PaperAsync(visit));
        await visit.Page.ClickAsync("[popovertarget=theme-menu]");
        await visit.Page.ClickAsync("[data-set-theme=dark]");
        Assert.Equal("rgb(17, 19, 23)", await PaperAsync(visit));

        var html = await visit.Context.APIRequest.GetAsync("/sign-in");
        Assert.Contains("data-theme=\"dark\"", await html.TextAsync(), StringComparison.Ordinal);
        await visit.Page.ReloadAsync();
        Assert.Equal("rgb(17, 19, 23)", await PaperAsync(visit));
    }

    [Fact]
    public async Task Theme_OfTheSystem_IsObeyedUnlessAnotherIsChosen()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl, scheme: ColorScheme.Dark);
        await visit.Page.GotoAsync("/sign-in");
        Assert.Equal("dark", await visit.Page.EvaluateAsync<string>("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"));
        Assert.Equal("rgb(17, 19, 23)", await PaperAsync(visit));
    }

    [Fact]
    public async Task Phone_HasABarBelowAndNothingSideways()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await visit.SignInAsync(Elsewhere);
        Assert.False(await visit.ScrollsSidewaysAsync());
        await Assertions.Expect(visit.Page.Locator(".rail")).ToBeHiddenAsync();
        await visit.Page.ClickAsync("[popovertarget=phone-menu]");
        await visit.Page.ClickAsync("#phone-menu a[href='/models']");
        await visit.Page.WaitForURLAsync("**/models");
        await Assertions.Expect(visit.Page.Locator("#phone-menu")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("/_content/Radzen.Blazor/css/standard-base.css", "text/css")]
    [InlineData("/_content/Radzen.Blazor/css/standard-dark-base.css", "text/css")]
    [InlineData("/_framework/blazor.web.js", "text/javascript")]
    [InlineData("/css/portal.css", "text/css")]
    [InlineData("/js/portal.js", "text/javascript")]
    [InlineData("/img/icon.svg", "image/svg+xml")]
    public async Task Asset_IsServedWithItsBody(string path, string type)
    {
        using var client = host.Anonymous();
        using var answer = await client.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Page_ThatDoesNotExist_Is404AndHtmlOnlyForAPerson()
    {
        using var client = host.Anonymous();
        using var script = await client.GetAsync("/nothing-here");
        Assert.Equal(404, (int)script.StatusCode);
        Assert.Empty(await script.Content.ReadAsStringAsync());

        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var person = await client.GetAsync("/nothing-here");
        Assert.Equal(404, (int)person.StatusCode);
        Assert.Contains("script-src 'self';", string.Join(';', person.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("<html", await person.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<string> PaperAsync(Visit visit) => visit.Page.EvaluateAsync<string>(
        "getComputedStyle(document.body).backgroundColor");
}

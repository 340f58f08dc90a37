using System.Reflection;
using AiPortal.Shell;
using AiPortal.Tests.Browser.Axe;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace AiPortal.Tests.Browser;

/// <summary>Every page of the product, as the routing table has them, over the demo organization's data: nothing serious for axe, nothing sideways.</summary>
public sealed class PageQualityTests(PageQualityTests.DemoPortal demo, ChromiumBrowser browser, ITestOutputHelper output)
    : IClassFixture<PageQualityTests.DemoPortal>, IClassFixture<ChromiumBrowser>
{
    /// <summary>They are HTML without a circuit, for people who are not signed in.</summary>
    internal static readonly string[] Plain = ["/sign-in", "/invitation", "/error"];

    internal static readonly string[] Pages =
    [
        .. typeof(App).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template)
            .Where(path => !path.Contains('{', StringComparison.Ordinal)).Except(Plain).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [InlineData("en-US", 1440, ColorScheme.Light)]
    [InlineData("zh-CN", 390, ColorScheme.Dark)]
    [InlineData("en-US", 390, ColorScheme.Light)]
    [InlineData("zh-CN", 1366, ColorScheme.Dark)]
    public async Task Page_OfTheRoutingTable_IsAccessibleAndFits(string language, int width, ColorScheme scheme)
    {
        Assert.Contains("/budgets", Pages);
        await using var visit = await browser.VisitAsync(demo.Host.BaseUrl, language, width, 900, scheme);
        var faults = new List<string>();
        foreach (var path in Plain)
        {
            await visit.Page.GotoAsync(path);
            await LookAsync(path);
        }

        await visit.SignInAsync();
        foreach (var path in Pages)
        {
            await visit.Page.GotoAsync(path);
            await visit.LiveAsync();
            // What is still being read is no page yet.
            await Assertions.Expect(visit.Page.Locator("main .skeleton, main .rz-datatable-loading")).ToHaveCountAsync(0);
            await LookAsync(path);
        }

        output.WriteLine($"{Pages.Length + Plain.Length} pages");
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task LookAsync(string path)
        {
            faults.AddRange((await AxeAudit.OfAsync(visit.Page)).Select(fault => $"{path} {fault}"));
            if (await visit.ScrollsSidewaysAsync()) faults.Add($"{path} scrolls sideways at {width}");
        }
    }

    /// <summary>A portal with the demo organization.</summary>
    public sealed class DemoPortal : IAsyncLifetime
    {
        public PortalHost Host { get; } = new PortalHost().With("Portal:Demo", "true");

        public Task InitializeAsync() => Host.InitializeAsync();

        public Task DisposeAsync() => Host.DisposeAsync();
    }
}

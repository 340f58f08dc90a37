using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace AiPortal.Tests.Browser;

/// <summary>Every page of the routing table, over the demo organization's data, with the Tab key: all that can be used is reached, seen when it is, and left again.</summary>
public sealed class KeyboardReachTests(PageQualityTests.DemoPortal demo, ChromiumBrowser browser, ITestOutputHelper output)
    : IClassFixture<PageQualityTests.DemoPortal>, IClassFixture<ChromiumBrowser>
{
    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Page_OfTheRoutingTable_IsReachedByTab(int width)
    {
        await using var visit = await browser.VisitAsync(demo.Host.BaseUrl, width: width, height: 844);
        var faults = new List<string>();
        foreach (var path in PageQualityTests.Plain)
        {
            await visit.Page.GotoAsync(path);
            await LookAsync(path);
        }

        await visit.SignInAsync();
        foreach (var path in PageQualityTests.Pages)
        {
            await visit.Page.GotoAsync(path);
            await visit.LiveAsync();
            await Assertions.Expect(visit.Page.Locator("main .skeleton, main .rz-datatable-loading")).ToHaveCountAsync(0);
            await LookAsync(path);
        }

        output.WriteLine($"{PageQualityTests.Pages.Length + PageQualityTests.Plain.Length} pages");
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task LookAsync(string path) => faults.AddRange((await Keyboard.FaultsAsync(visit.Page)).Select(fault => $"{path}: {fault}"));
    }
}

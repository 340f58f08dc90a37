using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>An owner makes departments, teams, projects and cost centers, moves one and is kept from removing what is in use.</summary>
public sealed class StructureJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Owner_BuildsTheStructure_AndMovesATeam()
    {
        await using var owner = await browser.VisitAsync(host.BaseUrl);
        var page = owner.Page;
        await owner.SignInAsync("/structure");
        await AddAsync(page, "main .page-header .button-primary", "Department", "Engineering");
        await AddAsync(page, "main .page-header .button-primary", "Department", "Product");
        await AddAsync(page, "main .page-header .button-primary", "Team", "Platform");
        await AddAsync(page, "main .page-header .button-primary", "Team", "Platform", "Taken");
        var tree = page.Locator(".structure-card");
        await Assertions.Expect(tree.Locator(".branch-word")).ToHaveTextAsync(["Engineering", "Product", "Platform"]);

        await tree.GetByText("Platform").ClickAsync();
        await page.ClickAsync(".drawer-foot .button-primary");
        await page.SelectOptionAsync("#part-parent", new SelectOptionValue { Label = "Engineering" });
        await page.ClickAsync("summary");
        await page.FillAsync("#part-rpm", "600");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator(".drawer .facts")).ToContainTextAsync("Engineering");
        await Assertions.Expect(page.Locator(".drawer .facts")).ToContainTextAsync("600 requests/min");
        await page.Locator(".drawer-body .button", new() { HasText = "Add a project" }).ClickAsync();
        await page.FillAsync("#part-name", "Crawler");
        await page.ClickAsync(".rz-dialog .button-primary");
        await tree.Locator(".branch-fold[aria-expanded=false]").First.ClickAsync();
        await Assertions.Expect(tree.Locator(".branch-word")).ToHaveTextAsync(["Engineering", "Platform", "Crawler", "Product"]);

        await page.ClickAsync(".drawer-foot .button-stop");
        await page.ClickAsync(".confirm .button-stop");
        await Assertions.Expect(page.Locator(".drawer .form-fault")).ToContainTextAsync("projects");
        await page.Keyboard.PressAsync("Escape");
        await page.FillAsync(".search-box input", "crawl");
        await Assertions.Expect(tree.Locator(".branch-word")).ToHaveTextAsync(["Crawler"]);
        await page.GotoAsync("/structure?show=cost_center");
        await owner.LiveAsync();
        await page.ClickAsync("main .page-header .button-primary");
        await page.FillAsync("#part-name", "Research");
        await page.FillAsync("#part-code", "4711");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(tree).ToContainTextAsync("4711");
    }

    private static async Task AddAsync(IPage page, string button, string kind, string name, string? fault = null)
    {
        await page.ClickAsync(button);
        await page.SelectOptionAsync("#part-kind", kind);
        await page.FillAsync("#part-name", name);
        await page.ClickAsync(".rz-dialog .button-primary");
        if (fault is not null)
        {
            await Assertions.Expect(page.Locator("#part-name-error")).ToContainTextAsync(fault);
            await page.Keyboard.PressAsync("Escape");
        }

        await Assertions.Expect(page.Locator(".rz-dialog")).ToHaveCountAsync(0);
    }
}

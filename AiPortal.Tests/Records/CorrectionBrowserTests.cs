using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Microsoft.Playwright;

namespace AiPortal.Tests.Records;

/// <summary>Refunding, correcting and resolving in a real browser.</summary>
public sealed class CorrectionBrowserTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Receipt_RefundedAndCorrected_ThenOutcomeResolved_AllOnTheCorrectionsPage()
    {
        var (call, unknown) = (Ids.New(TimeProvider.System), Ids.New(TimeProvider.System));
        await host.Database.WriteAsync(host.OrganizationId,
            new ScriptedEntry(Now.AddHours(-2), 1.5m) { RequestId = call, Model = "gpt-5.4" },
            new ScriptedEntry(Now.AddHours(-1), 0) { RequestId = unknown, Status = EntryStatus.Unknown, Unresolved = 0.75m, Model = "claude-sonnet-5", Units = (0, 0, 0, 0) });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync($"/calls/{call}");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".receipt-total")).ToHaveTextAsync("$1.500000");

        await page.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Amount to give back, USD").FillAsync("2");
        await dialog.GetByLabel("Reason").FillAsync("The answer was empty");
        await LookAsync(visit, "refund");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("more than the 1.50 USD");
        await dialog.GetByLabel("Amount to give back, USD").FillAsync("0.5");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".receipt-total")).ToHaveTextAsync("$1.000000");

        await page.GetByRole(AriaRole.Button, new() { Name = "Correct", Exact = true }).ClickAsync();
        await dialog.GetByLabel("What it should cost, USD").FillAsync("1.25");
        await Assertions.Expect(dialog).ToContainTextAsync("Raises the cost by $0.25");
        await dialog.GetByLabel("Reason").FillAsync("The provider's invoice");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Correct", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".receipt-total")).ToHaveTextAsync("$1.250000");

        await page.GotoAsync("/corrections");
        await visit.LiveAsync();
        await Assertions.Expect(page.GetByText("Outcomes to resolve: 1")).ToBeVisibleAsync();
        await ScreensAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "It cost" }).ClickAsync();
        await dialog.GetByLabel("Cost, USD").FillAsync("0.4");
        await dialog.GetByLabel("Reason").FillAsync("In the provider's log");
        await LookAsync(visit, "resolve");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByText("Outcomes to resolve")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("main a[href^='/calls/']")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("In the provider's log");
        Assert.Equal(0.4m, (await host.Admin.GetApiAsync($"/calls/{unknown}")).Json.GetProperty("total_cost").GetDecimal());
        Assert.Empty(visit.Faults);
    }

    private async Task ScreensAsync()
    {
        foreach (var (language, width, scheme) in new[] { ("en-US", 1366, ColorScheme.Light), ("zh-CN", 1440, ColorScheme.Dark), ("zh-CN", 390, ColorScheme.Light), ("en-US", 390, ColorScheme.Dark) })
        {
            await using var visit = await browser.VisitAsync(host.BaseUrl, language, width, 900, scheme);
            await visit.SignInAsync("/corrections");
            await visit.LiveAsync();
            await Assertions.Expect(visit.Page.Locator("main a[href^='/calls/']").First).ToBeVisibleAsync();
            Assert.False(await visit.ScrollsSidewaysAsync(), $"{width} in {language}");
            await LookAsync(visit, $"{language}-{width}-{scheme}");
        }
    }

    private static Task LookAsync(Visit visit, string name) => Environment.GetEnvironmentVariable("AIPORTAL_SCREENS") is { } folder
        ? visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"corrections-{name}.png") }) : Task.CompletedTask;
}

using AiPortal.Core.Ledger;
using AiPortal.Ledger;
using AiPortal.Tests.Fixtures;
using Bunit;

namespace AiPortal.Tests.Ledger.Health;

public sealed class LedgerHealthPageTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task Page_ShowsWhatIsUnknown_AndVerifiesOnDemand()
    {
        var now = TimeProvider.System.GetUtcNow();
        await Host.Database.WriteAsync(OrganizationId,
            new ScriptedEntry(now, 0) { Status = EntryStatus.Unknown, Unresolved = 1.25m, Model = "lost-model" }, new ScriptedEntry(now, 2));
        var page = Render<LedgerHealthPage>();
        await page.SoonAsync(() => Assert.Contains("1 call to resolve", page.Find(".tiles").TextContent, StringComparison.Ordinal));
        Assert.StartsWith("/corrections", page.Find("a.stat-tile").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("$1.25", page.Find(".tiles").TextContent, StringComparison.Ordinal);

        await page.Find(".page-header .button-primary").ClickAsync(new());
        await page.SoonAsync(() => Assert.Contains("Everything adds up", page.Markup, StringComparison.Ordinal));
        Assert.Contains("$0.00", page.FindAll(".stat-tile")[0].TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".verify"));
    }

    [Fact]
    public async Task Difference_IsShownAsSuch()
    {
        await Host.Database.WriteAsync(OrganizationId, new ScriptedEntry(TimeProvider.System.GetUtcNow(), 3) { Model = "off" });
        await Host.Database.ExecuteAsync("UPDATE usage_rollups SET total_cost = total_cost - 1 WHERE model_name = 'off'");
        var page = Render<LedgerHealthPage>();
        await page.SeenAsync(".page-header .button-primary");
        await page.Find(".page-header .button-primary").ClickAsync(new());
        await page.SoonAsync(() => Assert.Contains("Differences found", page.Markup, StringComparison.Ordinal));
        Assert.Contains("$1.00", page.FindAll(".stat-tile")[0].TextContent, StringComparison.Ordinal);
        await Host.Database.ExecuteAsync("UPDATE usage_rollups SET total_cost = total_cost + 1 WHERE model_name = 'off'");
    }
}

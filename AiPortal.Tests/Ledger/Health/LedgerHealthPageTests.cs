using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Health;
using AiPortal.Ledger;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

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
        page.WaitForAssertion(() => Assert.Contains("lost-model", page.Find("#unknown").TextContent, StringComparison.Ordinal));
        Assert.Contains("1.250000", page.Find("#unknown").TextContent, StringComparison.Ordinal);
        Assert.Contains("1 call to resolve", page.Find(".tiles").TextContent, StringComparison.Ordinal);
        Assert.Contains("$1.25", page.Find(".tiles").TextContent, StringComparison.Ordinal);

        await page.Find(".page-header .button-primary").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Contains("Everything adds up", page.Markup, StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        Assert.Contains("$0.00", page.FindAll(".stat-tile")[0].TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".verify"));
    }

    [Fact]
    public async Task Resolve_NeedsACostAndAReason_AndTakesTheOutcomeOffTheList()
    {
        await Host.Database.WriteAsync(OrganizationId, new ScriptedEntry(TimeProvider.System.GetUtcNow(), 0) { Status = EntryStatus.Unknown, Unresolved = 0.5m, Model = "resolve-me" });
        var reads = Host.Services.GetRequiredService<UnknownOutcomes>();
        var row = (await reads.ReadAsync(OrganizationId, 50)).Rows.Single(r => r.ModelName == "resolve-me");
        var dialog = Render<ResolveDialog>(p => p.Add(d => d.Row, row));
        await dialog.Find("form").SubmitAsync();
        Assert.NotEmpty(dialog.Find("#resolve-cost-error").TextContent);
        dialog.Find("#resolve-cost").Change("0.25");
        await dialog.Find("form").SubmitAsync();
        dialog.WaitForElement("#resolve-reason-error");
        dialog.Find("#resolve-reason").Change("The provider's report");
        await dialog.Find("form").SubmitAsync();
        Assert.DoesNotContain((await reads.ReadAsync(OrganizationId, 50)).Rows, r => r.ModelName == "resolve-me");
    }

    [Fact]
    public async Task Difference_IsShownAsSuch()
    {
        await Host.Database.WriteAsync(OrganizationId, new ScriptedEntry(TimeProvider.System.GetUtcNow(), 3) { Model = "off" });
        await Host.Database.ExecuteAsync("UPDATE usage_rollups SET total_cost = total_cost - 1 WHERE model_name = 'off'");
        var page = Render<LedgerHealthPage>();
        page.WaitForElement(".page-header .button-primary");
        await page.Find(".page-header .button-primary").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Contains("Differences found", page.Markup, StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        Assert.Contains("$1.00", page.FindAll(".stat-tile")[0].TextContent, StringComparison.Ordinal);
        await Host.Database.ExecuteAsync("UPDATE usage_rollups SET total_cost = total_cost + 1 WHERE model_name = 'off'");
    }
}

using AiPortal.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace AiPortal.Tests.Ledger.Health;

public sealed class NodesCardTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task LostNode_IsShownWithWhatItHolds_AndWrittenOffOnceConfirmed()
    {
        var made = await Host.Admin.PostApiAsync("/cost/quotas", new { name = "All", quota_type = "organization", total_quota = 100m, period_type = "monthly" });
        Assert.True(made.Status == System.Net.HttpStatusCode.Created, made.Json.ToString());
        var node = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await Host.Database.ExecuteAsync("INSERT INTO nodes (id, name, started_at, seen_at) VALUES ($1, 'lost-node', now() - interval '2 hours', now() - interval '1 hour')", node);
        await Host.Database.ExecuteAsync("""
            INSERT INTO budget_leases (budget_id, period_type, period_start, node_id, organization_id, granted, drained, epoch, updated_at)
            SELECT $1, 'monthly', date_trunc('month', now()), $2, $3, 4.5, 0, 1, now()
            """, made.Id, node, OrganizationId);
        var card = Render<NodesCard>();
        await card.SoonAsync(() => Assert.Contains("lost-node", card.Markup, StringComparison.Ordinal));
        Assert.Contains("$4.50", Row(card), StringComparison.Ordinal);
        Assert.Contains("Lost", Row(card), StringComparison.Ordinal);

        var clicked = card.Find("tbody button").ClickAsync(new());
        await card.InvokeAsync(() => Services.GetRequiredService<DialogService>().Close(true));
        await clicked;

        await card.SoonAsync(() => Assert.Contains("Written off", Row(card), StringComparison.Ordinal));
        Assert.Empty(card.FindAll("tbody button"));
        var audit = await Host.Admin.GetApiAsync("/audit?action=node.write_off");
        Assert.Equal(node, Assert.Single(audit.Data).GetProperty("subject_id").GetGuid());
    }

    private static string Row(IRenderedComponent<NodesCard> card) => card.FindAll("tbody tr").Single(row => row.TextContent.Contains("lost-node", StringComparison.Ordinal)).TextContent;
}

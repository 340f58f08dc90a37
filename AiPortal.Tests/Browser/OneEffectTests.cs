using System.Net;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>
/// U07: a double click, a socket that is lost and a portal that dies under a click: what was clicked has exactly one effect. With
/// AIPORTAL_LONG=1 the socket is lost for 60 seconds.
/// </summary>
public sealed class OneEffectTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private static readonly TimeSpan Loss = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 60 : 3);

    [Fact]
    public async Task DoubleClicks_OnApproveRefundAndRotate_HaveOneEffectEach()
    {
        var (call, key) = (Ids.New(TimeProvider.System), await host.Admin.PostApiAsync("/keys", new { name = "Rotated twice" }));
        await host.Database.WriteAsync(host.OrganizationId, new ScriptedEntry(TimeProvider.System.GetUtcNow().AddHours(-2), 1.5m) { RequestId = call, Model = "gpt-5.4" });
        var asked = await AskAsync("double");
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync($"/approvals?open={asked}");
        await page.Locator(".drawer .button-primary").DblClickAsync();
        await Assertions.Expect(page.Locator(".approval-badges")).ToContainTextAsync("Approved");

        await page.GotoAsync($"/calls/{call}");
        await visit.LiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Amount to give back, USD").FillAsync("0.5");
        await dialog.GetByLabel("Reason").FillAsync("The answer was empty");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }).DblClickAsync();
        await Assertions.Expect(page.Locator(".receipt-total")).ToHaveTextAsync("$1.000000");

        await page.GotoAsync($"/keys/{key.Id}");
        await visit.LiveAsync();
        await page.Locator(".key-actions button", new() { HasText = "New secret" }).Or(page.Locator(".key-actions button", new() { HasText = "Regenerate" })).First.ClickAsync();
        await page.Locator(".confirm .button-primary").DblClickAsync();
        await Assertions.Expect(page.Locator(".rz-dialog [data-secret]")).ToHaveCountAsync(1);

        Assert.Equal((1L, 1L), (await CountAsync("approval.approve", asked), await CountAsync("key.regenerate", key.Id)));
        Assert.Equal(1L, await host.Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE kind = 'refund' AND request_id = $1", call));
    }

    [Fact]
    public async Task SocketLost_UnderAClick_HasOneEffect()
    {
        var asked = await AskAsync("lost socket");
        await using var way = new CutProxy(host.BaseUrl);
        await using var visit = await browser.VisitAsync(way.Address);
        // What the framework's script says of a click that cannot be told.
        visit.Forgiven = "No interop methods are registered";
        var page = visit.Page;
        await visit.SignInAsync($"/approvals?open={asked}");
        var approve = page.Locator(".drawer .button-primary");
        await Assertions.Expect(approve).ToBeEnabledAsync();
        await page.FillAsync("#approval-comment", "Written before the loss");
        way.Cut();
        await approve.ClickAsync();
        await Assertions.Expect(page.Locator("#reconnect-bar")).ToBeVisibleAsync();
        await page.WaitForTimeoutAsync((float)Loss.TotalMilliseconds);
        var during = await CountAsync("approval.approve", asked);
        way.Mend();
        await Assertions.Expect(page.Locator("#reconnect-bar")).ToBeHiddenAsync(new() { Timeout = 90_000 });
        await AgreedAsync(page);

        Assert.Equal((0L, 1L, 1L), (during, await CountAsync("approval.approve", asked), await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE action = 'key.remove' AND after LIKE '%' || $1::text || '%'", asked)));
        Assert.Equal("approved", (await host.Admin.GetApiAsync($"/approvals/{asked}")).Text("status"));
    }

    [Fact]
    public async Task PortalDies_UnderAClick_HasOneEffect()
    {
        var asked = await AskAsync("dying portal");
        host.With("urls", host.BaseUrl.ToString());
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync($"/approvals?open={asked}");
        await page.Locator(".drawer .button-primary").ClickAsync();
        await host.KillAsync();
        await host.StartAsync();
        await Assertions.Expect(page.Locator("#reconnect-bar")).ToBeHiddenAsync(new() { Timeout = 90_000 });
        await visit.LiveAsync();
        await AgreedAsync(page);

        Assert.Equal((1L, "approved"), (await CountAsync("approval.approve", asked), (await host.Admin.GetApiAsync($"/approvals/{asked}")).Text("status")));
        Assert.True((await host.Admin.GetApiAsync("/audit/verify")).Json.GetProperty("ok").GetBoolean());
    }

    /// <summary>Whoever sees his click undone clicks again.</summary>
    private static async Task AgreedAsync(IPage page)
    {
        var (badge, approve) = (page.Locator(".approval-badges", new() { HasText = "Approved" }), page.Locator(".drawer .button-primary"));
        await Assertions.Expect(badge.Or(approve).First).ToBeVisibleAsync();
        if (await approve.IsVisibleAsync()) await approve.ClickAsync();
        await Assertions.Expect(badge).ToBeVisibleAsync();
    }

    /// <summary>A key's removal, asked for by a manager and waiting for an administrator.</summary>
    private async Task<Guid> AskAsync(string name)
    {
        if (!(await host.Admin.GetApiAsync("/approvals/policies")).Data.Any()) await host.Admin.PostApiAsync("/approvals/policies", new { kind = "key.remove", steps = new[] { "administrator" } });
        using var manager = await host.MemberAsync("manager");
        var key = await manager.PostApiAsync("/keys", new { name });
        var asked = await manager.DeleteApiAsync($"/keys/{key.Id}");
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        return asked.Id;
    }

    private Task<long> CountAsync(string action, Guid? subject = null) =>
        host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE action = $1 AND allowed AND ($2::uuid = '00000000-0000-0000-0000-000000000000' OR subject_id = $2)", action, subject ?? Guid.Empty);
}

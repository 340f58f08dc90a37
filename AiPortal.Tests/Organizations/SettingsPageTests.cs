using System.Net;
using AiPortal.Organizations;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Bunit;

namespace AiPortal.Tests.Organizations;

public sealed class SettingsPageTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task Save_TurnsBodiesOn_AndSaysSo()
    {
        var page = Render<SettingsPage>();
        await page.SeenAsync("#settings-bodies");
        Assert.Contains("Nothing is kept from now on", page.Markup, StringComparison.Ordinal);

        await page.Find("#settings-bodies").ChangeAsync(new() { Value = true });
        await page.Find("#settings-days").ChangeAsync(new() { Value = "7" });
        await page.Find("#settings-email_addresses").ChangeAsync(new() { Value = false });
        await page.Find("form").SubmitAsync();

        await page.SoonAsync(() => Assert.Contains("Saved", page.Find(".settings-saved").TextContent, StringComparison.Ordinal));
        var row = await Host.Admin.GetApiAsync($"/organizations/{OrganizationId}");
        Assert.Equal(("on", 7), (row.Text("body_logging"), row.Json.GetProperty("body_retention_days").GetInt32()));
        Assert.Equal(["secrets", "phone_and_card_numbers"], row.Json.GetProperty("body_redaction").EnumerateArray().Select(word => word.GetString()));
    }

    [Fact]
    public async Task Save_LimitsAndCache_AreTakenAndShownAgain()
    {
        var page = Render<SettingsPage>();
        await page.SeenAsync("#settings-rpm");
        await page.Find("#settings-rpm").ChangeAsync(new() { Value = "600" });
        await page.Find("#settings-concurrency").ChangeAsync(new() { Value = "0" });
        await page.Find("#settings-cache").ChangeAsync(new() { Value = true });
        await page.Find("#settings-share").ChangeAsync(new() { Value = "25" });
        await page.Find("form").SubmitAsync();
        await page.SoonAsync(() => Assert.Contains("at least 1", page.Find("#settings-concurrency-error").TextContent, StringComparison.Ordinal));
        await page.Find("#settings-concurrency").ChangeAsync(new() { Value = "" });
        await page.Find("form").SubmitAsync();

        await page.SoonAsync(() => Assert.Contains("Saved", page.Find(".settings-saved").TextContent, StringComparison.Ordinal));
        var row = await Host.Admin.GetApiAsync($"/organizations/{OrganizationId}");
        Assert.Equal("{\"rpm\":600,\"tpm\":null,\"concurrency\":null}", row.Json.GetProperty("rate_limit").ToString());
        Assert.Equal("{\"enabled\":true,\"ttl_seconds\":null,\"price_share\":0.25,\"per_key\":null}", row.Json.GetProperty("cache").ToString());
        Assert.Equal("600", page.Find("#settings-rpm").GetAttribute("value"));
        await Host.Admin.PatchApiAsync($"/organizations/{OrganizationId}", "{\"rate_limit\":null,\"cache\":null}");
    }

    [Fact]
    public async Task Save_OutOfBounds_SaysWhatIsRightBesideTheField()
    {
        var page = Render<SettingsPage>();
        await page.SeenAsync("#settings-days");
        await page.Find("#settings-days").ChangeAsync(new() { Value = "400" });
        await page.Find("#settings-zone").ChangeAsync(new() { Value = "Mars/Base" });
        await page.Find("form").SubmitAsync();

        await page.SoonAsync(() => Assert.Contains("from 1 to 365", page.Find("#settings-days-error").TextContent, StringComparison.Ordinal));
        Assert.Contains("IANA", page.Find("#settings-zone-error").TextContent, StringComparison.Ordinal);
        Assert.Equal("", page.Find(".settings-saved").TextContent.Trim());
    }

    [Fact]
    public async Task Save_CeilingPolicyWithItsPrice_IsTaken()
    {
        var page = Render<SettingsPage>();
        await page.SeenAsync("#settings-policy");
        await page.Find("#settings-policy").ChangeAsync(new() { Value = "Ceiling" });
        await page.Find("#settings-ceiling").ChangeAsync(new() { Value = "a lot" });
        await page.Find("form").SubmitAsync();
        Assert.Contains("Write an amount", page.Find("#settings-ceiling-error").TextContent, StringComparison.Ordinal);
        await page.Find("#settings-ceiling").ChangeAsync(new() { Value = "12.50" });
        await page.Find("form").SubmitAsync();

        await page.SoonAsync(() => Assert.Contains("Saved", page.Find(".settings-saved").TextContent, StringComparison.Ordinal));
        var row = await Host.Admin.GetApiAsync($"/organizations/{OrganizationId}");
        Assert.Equal((HttpStatusCode.OK, "ceiling", 12.5m), (row.Status, row.Text("unpriced_model_policy"), row.Json.GetProperty("ceiling_price").GetDecimal()));
    }
}

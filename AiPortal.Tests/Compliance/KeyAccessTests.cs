using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Compliance;

/// <summary>From where keys were used, over the API and on the page, read from the call log.</summary>
public sealed class KeyAccessTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task NewPlaceOnASettledKey_IsFlagged()
    {
        var key = (await host.Admin.PostApiAsync("/keys", new { name = "search" })).Id;
        var other = (await host.Admin.PostApiAsync("/keys", new { name = "unused" })).Id;
        await CallsAsync(key, "203.0.113.7", 200, "9 days");
        await CallsAsync(key, "198.51.100.4", 3, "1 hour");

        var access = (await host.Admin.GetApiAsync($"/keys/{key}/access")).Json;
        Assert.Equal((203, true), (access.GetProperty("calls").GetInt32(), access.GetProperty("is_unusual").GetBoolean()));
        Assert.Equal([("198.51.100.0/24", 3, true), ("203.0.113.0/24", 200, false)], access.GetProperty("places").EnumerateArray()
            .Select(place => (place.GetProperty("network").GetString(), place.GetProperty("calls").GetInt32(), place.GetProperty("is_unusual").GetBoolean())));
        Assert.Equal(0, (await host.Admin.GetApiAsync($"/keys/{other}/access")).Json.GetProperty("calls").GetInt32());
        using var member = await host.MemberAsync("member");
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync($"/keys/{key}/access")).Status);
        var (stranger, _) = await host.StrangerAsync();
        using var outside = stranger;
        Assert.Equal(HttpStatusCode.NotFound, (await outside.GetApiAsync($"/keys/{key}/access")).Status);

        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/key-access");
        await Assertions.Expect(visit.Page.Locator(".access-table tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(visit.Page.Locator(".access-table tbody tr")).ToContainTextAsync("Unusual");
        await visit.Page.ClickAsync(".access-open");
        await Assertions.Expect(visit.Page.Locator(".drawer")).ToContainTextAsync("New place");
        await Assertions.Expect(visit.Page.Locator(".access-hours li")).ToHaveCountAsync(24);
    }

    private Task CallsAsync(Guid key, string address, int count, string ago) => host.Database.ExecuteAsync("""
        INSERT INTO call_log (id, started_at, organization_id, status, http_status, model_name, request_type, key_id, client_ip)
        SELECT gen_random_uuid(), now() - $4::interval - n * interval '1 second', $1, 'ok', 200, 'm', 'chat', $2, $3 FROM generate_series(1, $5) n
        """, host.OrganizationId, key, address, ago, count);
}

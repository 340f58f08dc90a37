using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Npgsql;

namespace AiPortal.Tests.Audit;

/// <summary>The auditor's journey: he finds what was done, verifies the chain, keeps an anchor and takes the evidence away.</summary>
public sealed class AuditPageTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private const string Password = "a-long-enough-secret";

    [Fact]
    public async Task Auditor_FindsVerifiesAndDownloads()
    {
        var team = await host.Admin.PostApiAsync("/teams", new { name = "Lab" });
        await host.Admin.PatchApiAsync($"/teams/{team.Id}", new { name = "Research" });
        using var auditor = await host.MemberAsync("auditor", "auditor@example.com");
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.DeleteApiAsync($"/teams/{team.Id}")).Status);

        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/audit", "auditor@example.com", Password);
        await page.FillAsync(".audit-filters input[type=search]", "Research");
        await Assertions.Expect(page.Locator(".audit-table tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("q=Research"));
        await page.ReloadAsync();
        await visit.LiveAsync();
        await page.ClickAsync(".audit-open");
        await Assertions.Expect(page.Locator(".audit-says")).ToContainTextAsync("changed the team Research");
        await Assertions.Expect(page.Locator(".difference-before")).ToHaveTextAsync("Lab");
        await Assertions.Expect(page.Locator(".difference-after")).ToHaveTextAsync("Research");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync(".audit-filters .button-small");
        await page.SelectOptionAsync(".audit-filters select >> nth=1", "false");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("allowed=false"));
        await Assertions.Expect(page.Locator(".audit-open").First).ToContainTextAsync("was not allowed to delete the team");

        await page.Locator(".audit-verify button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".audit-verdict")).ToContainTextAsync("Whole");
        var anchor = await page.RunAndWaitForDownloadAsync(() => page.Locator(".audit-verify button").Nth(1).ClickAsync());
        var kept = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");
        await anchor.SaveAsAsync(kept);
        await visit.LiveAsync();
        await page.SetInputFilesAsync(".audit-verify input[type=file]", kept);
        await Assertions.Expect(page.Locator(".audit-verdict")).ToContainTextAsync("holds this anchor");
        var other = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");
        var lines = await File.ReadAllTextAsync(kept);
        var hash = JsonDocument.Parse(lines).RootElement.GetProperty("hash").GetString()!;
        await File.WriteAllTextAsync(other, lines.Replace(hash, new string('a', 64), StringComparison.Ordinal));
        await page.SetInputFilesAsync(".audit-verify input[type=file]", other);
        await Assertions.Expect(page.Locator(".audit-verify")).ToContainTextAsync("was altered");
        File.Delete(kept);
        File.Delete(other);

        await page.GotoAsync("/compliance");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".stat-value").First).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("[1-9]"));
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync(".pack-do .button-primary"));
        await using var zip = File.OpenRead(await download.PathAsync());
        AssertPack(zip);
        Assert.Contains((await host.Admin.GetApiAsync("/audit?action=compliance.export")).Data, row => row.GetProperty("actor_name").GetString() == "auditor");
    }

    [Fact]
    public async Task Evidence_OverTheApi_IsWholeAndHolds()
    {
        await host.Admin.PostApiAsync("/teams", new { name = "Evident" });
        using var auditor = await host.MemberAsync("auditor");
        using var manager = await host.MemberAsync("manager");
        var answer = await auditor.GetAsync("/api/v1/compliance/evidence");
        Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
        AssertPack(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.GetAsync("/api/v1/compliance/evidence")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await auditor.GetAsync("/api/v1/compliance/evidence?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")).StatusCode);
        var (stranger, organization) = await host.StrangerAsync();
        using var outside = stranger;
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetAsync($"/api/v1/compliance/evidence?organization_id={organization}")).StatusCode);
    }

    [Fact]
    public async Task Anchor_OfAChainWrittenAnew_IsNotHeld()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Rewritten" });
        for (var i = 0; i < 3; i++) await host.Admin.PostApiAsync("/teams", new { name = $"t{i}", organization_id = own.Id });
        var anchor = (await host.Admin.GetApiAsync($"/audit/anchor?organization_id={own.Id}")).Json;
        var (sequence, hash) = (anchor.GetProperty("sequence").GetInt64(), anchor.GetProperty("hash").GetString());
        var at = $"organization_id={own.Id}";
        Assert.True((await host.Admin.GetApiAsync($"/audit/verify?sequence={sequence}&hash={hash}&{at}")).Json.GetProperty("anchor_ok").GetBoolean());
        Assert.Equal(["hash"], (await host.Admin.GetApiAsync($"/audit/verify?sequence=1&{at}")).Fields);

        // Whoever owns the database can cut the end off and go on: the chain is whole, and is another one.
        await using var superuser = new NpgsqlConnection(host.Database.Superuser);
        await superuser.OpenAsync();
        await using var cut = new NpgsqlCommand($"SET session_replication_role = replica; DELETE FROM audit_events WHERE organization_id = '{own.Id}' AND sequence > 2", superuser);
        await cut.ExecuteNonQueryAsync();
        for (var i = 0; i < 3; i++) await host.Admin.PostApiAsync("/teams", new { name = $"u{i}", organization_id = own.Id });

        Assert.True((await host.Admin.GetApiAsync($"/audit/verify?{at}")).Json.GetProperty("ok").GetBoolean());
        var asked = (await host.Admin.GetApiAsync($"/audit/verify?sequence={sequence}&hash={hash}&{at}")).Json;
        Assert.Equal((false, false), (asked.GetProperty("ok").GetBoolean(), asked.GetProperty("anchor_ok").GetBoolean()));
    }

    [Fact]
    public async Task Export_HasWhatTheFilterFinds_AsTextThatNoSpreadsheetCalculates()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Exported" });
        await host.Admin.PostApiAsync("/teams", new { name = "=1+1", organization_id = own.Id });
        await host.Admin.PostApiAsync("/projects", new { name = "left out", organization_id = own.Id });
        var answer = await host.Admin.GetAsync($"/api/v1/audit/export?action=team.create&organization_id={own.Id}");
        var rows = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, rows.Length);
        Assert.Contains(",'=1+1,true,", rows[1], StringComparison.Ordinal);
    }

    private static void AssertPack(Stream stream)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        using var manifest = JsonDocument.Parse(zip.GetEntry("manifest.json")!.Open());
        var files = manifest.RootElement.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal(zip.Entries.Select(entry => entry.FullName).Where(name => name != "manifest.json"), files.Select(file => file.GetProperty("name").GetString()!));
        foreach (var file in files)
        {
            using var content = new MemoryStream();
            using (var entry = zip.GetEntry(file.GetProperty("name").GetString()!)!.Open()) entry.CopyTo(content);
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(content.ToArray())));
            Assert.Equal(file.GetProperty("bytes").GetInt64().ToString(CultureInfo.InvariantCulture), content.Length.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Contains(PortalHost.AdminEmail, Text("access-review.csv"), StringComparison.Ordinal);
        Assert.Contains("manage_members,yes,yes,no", Text("role-matrix.csv"), StringComparison.Ordinal);
        using var verification = JsonDocument.Parse(Text("audit-verification.json"));
        Assert.True(verification.RootElement.GetProperty("ok").GetBoolean());
        Assert.True(verification.RootElement.GetProperty("anchor").GetProperty("sequence").GetInt64() > 0);
        Assert.Contains(",team.create,", Text("audit-events.csv"), StringComparison.Ordinal);

        string Text(string name)
        {
            using var reader = new StreamReader(zip.GetEntry(name)!.Open(), Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }
}

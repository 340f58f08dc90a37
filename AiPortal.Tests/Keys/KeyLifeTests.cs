using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Keys;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Keys;

/// <summary>Many keys at once, keys from a file, and the key that has leaked.</summary>
public sealed class KeyLifeTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static string Unique(string name) => $"{name} {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";

    private async Task<ApiAnswer> KeyAsync(string name = "Key") => await host.Admin.PostApiAsync("/keys", new { name = Unique(name), budget = new { limit = 50 } });

    private async Task<HttpStatusCode> CallAsync(string secret)
    {
        using var client = host.WithBearer(secret);
        using var answer = await client.GetAsync("/v1/models");
        return answer.StatusCode;
    }

    [Fact]
    public async Task Leaked_Key_IsDeadAtOnceAndItsReplacementWorks()
    {
        var leaked = await KeyAsync();
        var before = await CallAsync(leaked.Text("key")!);
        var reported = await host.Admin.PostApiAsync($"/keys/{leaked.Id}/leaked", new { since = TimeProvider.System.GetUtcNow().AddHours(-3) });
        var replacement = reported.Json.GetProperty("replacement");
        var after = await CallAsync(leaked.Text("key")!);
        var anew = await CallAsync(replacement.GetProperty("key").GetString()!);
        var audit = await host.Admin.GetApiAsync($"/audit?subject={leaked.Id}");
        var future = await host.Admin.PostApiAsync($"/keys/{leaked.Id}/leaked", new { since = TimeProvider.System.GetUtcNow().AddDays(1) });
        var again = await host.Admin.PostApiAsync($"/keys/{leaked.Id}/enable", new { });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK), (before, after, anew));
        Assert.Equal("revoked", reported.Json.GetProperty("revoked").GetProperty("status").GetString());
        Assert.Equal(50, replacement.GetProperty("budget").GetProperty("limit").GetDecimal());
        Assert.Equal(0, reported.Json.GetProperty("exposure").GetProperty("cost").GetDecimal());
        Assert.Equal("key.leaked", audit.Data.First().GetProperty("action").GetString());
        Assert.Equal(["since"], future.Fields);
        Assert.Equal("key_revoked", again.Code);
        Assert.DoesNotContain(replacement.GetProperty("key").GetString()!, audit.Json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exposure_OfCalls_TellsCostTeamsModelsAndAddresses()
    {
        var team = await host.Admin.PostApiAsync("/teams", new { name = Unique("Search") });
        await host.Admin.PostApiAsync("/providers", new { name = Unique("Sandbox"), kind = "sandbox" });
        var key = await host.Admin.PostApiAsync("/keys", new { name = Unique("Exposed"), team_id = team.Id });
        using var client = host.WithBearer(key.Text("key")!);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sandbox-small", messages = new[] { new { role = "user", content = "Hello" } } });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        JsonElement exposure = default;
        await Eventually.HoldsAsync(async () =>
        {
            exposure = (await host.Admin.GetApiAsync($"/keys/{key.Id}/exposure")).Json;
            return exposure.GetProperty("entries").GetInt64() == 3 && exposure.GetProperty("addresses").GetArrayLength() > 0;
        }, TimeSpan.FromSeconds(15), () => exposure.ToString());
        var none = await host.Admin.GetApiAsync($"/keys/{key.Id}/exposure?since={Uri.EscapeDataString(TimeProvider.System.GetUtcNow().AddMinutes(1).ToString("O"))}");
        var listed = await host.Admin.GetApiAsync($"/keys/{key.Id}");

        Assert.Equal(team.Id, exposure.GetProperty("teams")[0].GetProperty("id").GetGuid());
        Assert.Equal("sandbox-small", exposure.GetProperty("models")[0].GetProperty("name").GetString());
        Assert.Equal(0, none.Json.GetProperty("entries").GetInt64());
        Assert.Equal(3, listed.Json.GetProperty("requests_30_days").GetInt64());
    }

    [Fact]
    public async Task Bulk_KeysOfManyStates_ChangesThoseItCan()
    {
        var (one, two, gone) = (await KeyAsync(), await KeyAsync(), await KeyAsync());
        await host.Admin.PostApiAsync($"/keys/{gone.Id}/revoke", new { });
        var disabled = await host.Admin.PostApiAsync("/keys/bulk", new { ids = new[] { one.Id, two.Id, gone.Id, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()) }, action = "disable" });
        var refused = await CallAsync(one.Text("key")!);
        var tagged = await host.Admin.PostApiAsync("/keys/bulk", new { ids = new[] { one.Id, two.Id }, action = "tag", tags = new { owner = "search" } });
        var untagged = await host.Admin.PostApiAsync("/keys/bulk", new { ids = new[] { one.Id }, action = "tag", tags = new { owner = "" } });
        var enabled = await host.Admin.PostApiAsync("/keys/bulk", new { ids = new[] { one.Id, two.Id }, action = "enable" });
        var read = await host.Admin.GetApiAsync($"/keys/{two.Id}");
        var audit = await host.Admin.GetApiAsync($"/audit?subject={one.Id}");
        var bad = await host.Admin.PostApiAsync("/keys/bulk", new { ids = Array.Empty<string>(), action = "revoke" });

        Assert.Equal((2, 2), (disabled.Json.GetProperty("changed").GetArrayLength(), disabled.Json.GetProperty("unchanged").GetArrayLength()));
        Assert.Equal(HttpStatusCode.Unauthorized, refused);
        Assert.Equal((2, 1, 2), (tagged.Json.GetProperty("changed").GetArrayLength(), untagged.Json.GetProperty("changed").GetArrayLength(), enabled.Json.GetProperty("changed").GetArrayLength()));
        Assert.Equal(("search", "active"), (read.Json.GetProperty("tags").GetProperty("owner").GetString(), read.Text("status")));
        Assert.Equal(5, audit.Data.Count());
        Assert.Equal(["ids"], bad.Fields);
    }

    [Fact]
    public async Task Import_CsvDryRunThenReal_MakesWhatItSaid()
    {
        var team = Unique("Imports");
        await host.Admin.PostApiAsync("/teams", new { name = team });
        var (first, second, secret) = (Unique("First"), Unique("Second"), VirtualKeyFormat.Generate());
        var csv = $"name,team,owner,budget,period,tags,expires_at,key\n\"{first}\",{team.ToUpperInvariant()},{PortalHost.AdminEmail},25.5,weekly,feature=search|env=prod,2031-01-31,\n{second},,,,,,,{secret}\n";
        var tried = await host.Admin.PostApiAsync("/keys/import", new { csv, dry_run = true });
        var afterTrial = await host.Admin.GetApiAsync($"/keys?search={Uri.EscapeDataString(first)}");
        var made = await host.Admin.PostApiAsync("/keys/import", new { csv });
        var read = await host.Admin.GetApiAsync($"/keys?search={Uri.EscapeDataString(first)}");
        var given = await CallAsync(made.Json.GetProperty("rows")[0].GetProperty("key").GetString()!);
        var brought = await CallAsync(secret);
        var twice = await host.Admin.PostApiAsync("/keys/import", new { csv });

        Assert.Equal((HttpStatusCode.OK, 0, 0), (tried.Status, tried.Json.GetProperty("invalid").GetInt32(), tried.Json.GetProperty("imported").GetInt32()));
        Assert.Equal(JsonValueKind.Null, tried.Json.GetProperty("rows")[0].GetProperty("key").ValueKind);
        Assert.Empty(afterTrial.Data);
        Assert.Equal((HttpStatusCode.Created, 2), (made.Status, made.Json.GetProperty("imported").GetInt32()));
        var row = Assert.Single(read.Data);
        Assert.Equal((25.5m, "weekly"), (row.GetProperty("budget").GetProperty("limit").GetDecimal(), row.GetProperty("budget").GetProperty("period").GetString()));
        Assert.Equal("prod", row.GetProperty("tags").GetProperty("env").GetString());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (given, brought));
        Assert.Equal((HttpStatusCode.BadRequest, 1), (twice.Status, twice.Json.GetProperty("invalid").GetInt32()));
    }

    [Fact]
    public async Task Import_AWrongRow_KeepsNoneAndNamesIt()
    {
        var good = Unique("Good");
        var answer = await host.Admin.PostApiAsync("/keys/import", new { rows = new object[] { new { name = good }, new { name = "", team = "no such team", key = "sk-ap-wrong" }, new { name = good, expires_at = "2020-01-01T00:00:00Z" } } });
        var read = await host.Admin.GetApiAsync($"/keys?search={Uri.EscapeDataString(good)}");
        var empty = await host.Admin.PostApiAsync("/keys/import", new { rows = Array.Empty<object>() });
        var column = await host.Admin.PostApiAsync("/keys/import", new { csv = "name,colour\nx,red" });

        Assert.Equal((HttpStatusCode.BadRequest, 2), (answer.Status, answer.Json.GetProperty("invalid").GetInt32()));
        Assert.Equal(["key", "team"], answer.Json.GetProperty("rows")[1].GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
        Assert.Equal(["expires_at"], answer.Json.GetProperty("rows")[2].GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Empty(read.Data);
        Assert.Equal(["rows"], empty.Fields);
        Assert.Equal(["rows"], column.Fields);
    }

    [Fact]
    public async Task Many_ByLesserRoles_AreRefused()
    {
        var key = await KeyAsync();
        var token = await host.Admin.PostApiAsync("/service-tokens", new { name = Unique("auditor"), role = "auditor" });
        using var auditor = host.WithBearer(token.Text("token")!);
        var answers = new[]
        {
            await auditor.PostApiAsync($"/keys/{key.Id}/leaked", new { }), await auditor.PostApiAsync("/keys/bulk", new { ids = new[] { key.Id }, action = "revoke" }),
            await auditor.PostApiAsync("/keys/import", new { rows = new[] { new { name = "x" } } }),
        };

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Text("key")!));
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Npgsql;

namespace AiPortal.Tests.Bodies;

public sealed class CallBodyTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private const string Canary = "sk-canary-7f3a9b2c4d5e6f708192";

    [Fact]
    public async Task Call_BodiesNotAskedFor_KeepsNothing()
    {
        await gateway.KeepBodiesAsync(new { body_logging = "off" });
        var (key, client) = await gateway.IssueKeyAsync();
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2)));
        await gateway.CallsAsync(key, 1);

        var read = await gateway.Portal.Admin.GetApiAsync($"/calls/{call}/body");

        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (read.Status, read.Code));
    }

    [Fact]
    public async Task Plain_IsKeptRedactedAndReadWithAnAuditRow()
    {
        await gateway.KeepBodiesAsync();
        var (_, client) = await gateway.IssueKeyAsync();
        var call = await gateway.CallAsync(client, $"my key {Canary}", FakeUpstreamReply.Plain("Ask ann@example.com", FakeUpstreamReply.Usage(3, 2)));

        var read = await gateway.ReadBodyAsync(call);

        var body = read.Json;
        Assert.Equal("no-store", read.Response.Headers.CacheControl?.ToString());
        Assert.Equal("my key [redacted:secret]", JsonDocument.Parse(body.GetProperty("request").GetProperty("text").GetString()!).RootElement.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal("Ask [redacted:email]", Answer(body));
        Assert.False(body.GetProperty("request").GetProperty("truncated").GetBoolean());
        Assert.Equal(["secrets", "email_addresses", "phone_and_card_numbers"], body.GetProperty("redactions").EnumerateArray().Select(w => w.GetString()));
        Assert.Equal(TimeSpan.FromDays(30), body.GetProperty("expires_at").GetDateTimeOffset() - body.GetProperty("started_at").GetDateTimeOffset());
        var looks = await gateway.Portal.Admin.GetApiAsync("/audit?action=call.read_body&allowed=true");
        Assert.Contains(looks.Data, row => row.GetProperty("subject_id").GetGuid() == call);
    }

    [Fact]
    public async Task Stream_IsPutTogetherBeforeItIsRedacted()
    {
        await gateway.KeepBodiesAsync();
        var (_, client) = await gateway.IssueKeyAsync();
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Stream("Ask ann@", "exam", "ple.com now").WithUsage(FakeUpstreamReply.Usage(3, 4)), stream: true);

        var read = await gateway.ReadBodyAsync(call);

        Assert.Equal("Ask [redacted:email] now", Answer(read.Json));
        Assert.True(read.Json.GetProperty("streamed").GetBoolean());
    }

    [Fact]
    public async Task Refused_ByThePortal_KeepsNothing()
    {
        await gateway.KeepBodiesAsync();
        var (key, client) = await gateway.IssueKeyAsync();
        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat("no-such-model"));
        var refused = Guid.Parse(answer.Headers.GetValues("x-request-id").Single());
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2)));
        await gateway.KeptAsync(call);
        await gateway.CallsAsync(key, 2);

        Assert.Equal(0L, await gateway.Portal.Database.ScalarAsync<long>("SELECT count(*) FROM call_bodies WHERE id = $1", refused));
    }

    [Fact]
    public async Task RefusedByTheProvider_KeepsTheRequestAlone()
    {
        await gateway.KeepBodiesAsync();
        var (_, client) = await gateway.IssueKeyAsync();
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Error(400, "no", "invalid_request_error", "bad"));

        var read = await gateway.ReadBodyAsync(call);

        Assert.Equal(JsonValueKind.Null, read.Json.GetProperty("response").ValueKind);
        Assert.Contains("Hello", read.Json.GetProperty("request").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_AboveTheBound_IsCutAndSaidSo()
    {
        await gateway.KeepBodiesAsync();
        var (_, client) = await gateway.IssueKeyAsync();
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Huge(1_000_000, FakeUpstreamReply.Usage(3, 2)));

        var read = await gateway.ReadBodyAsync(call);

        var response = read.Json.GetProperty("response");
        Assert.True(response.GetProperty("truncated").GetBoolean());
        Assert.Equal(256 * 1024, Encoding.UTF8.GetByteCount(response.GetProperty("text").GetString()!));
        Assert.InRange(response.GetProperty("bytes").GetInt64(), 1_000_000, 1_001_000);
    }

    [Fact]
    public async Task Read_OfAnotherOrganization_Is404_AndWithoutPermission403WithAnAuditRow()
    {
        await gateway.KeepBodiesAsync();
        var (_, client) = await gateway.IssueKeyAsync();
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2)));
        await gateway.ReadBodyAsync(call);
        var (stranger, _) = await gateway.Portal.StrangerAsync();
        using var _1 = stranger;
        using var finance = await gateway.Portal.MemberAsync("finance");
        using var auditor = await gateway.Portal.MemberAsync("auditor");
        using var administrator = await gateway.Portal.MemberAsync("administrator");

        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetApiAsync($"/calls/{call}/body")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await finance.GetApiAsync($"/calls/{call}/body")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.GetApiAsync($"/calls/{call}/body")).Status);
        Assert.Equal(HttpStatusCode.OK, (await administrator.GetApiAsync($"/calls/{call}/body")).Status);
        var denials = await gateway.Portal.Admin.GetApiAsync("/audit?action=call.read_body&allowed=false");
        Assert.Equal(["auditor", "finance"], denials.Data.Select(row => row.GetProperty("actor_name").GetString()).Order());
    }

    [Fact]
    public async Task Database_NeitherTextNorCanaryInTheClear_AndNobodyMayChangeOrBypass()
    {
        await gateway.KeepBodiesAsync(new { body_logging = "on", body_redaction = Array.Empty<string>() });
        var (_, client) = await gateway.IssueKeyAsync();
        const string text = "the plain words of canary seven";
        var call = await gateway.CallAsync(client, $"{text} {Canary}", FakeUpstreamReply.Plain($"{text} {Canary}", FakeUpstreamReply.Usage(3, 2)));
        var read = await gateway.ReadBodyAsync(call);
        await gateway.KeepBodiesAsync(new { body_redaction = new[] { "secrets", "email_addresses", "phone_and_card_numbers" } });

        Assert.Contains(Canary, Answer(read.Json), StringComparison.Ordinal);
        await using var connection = new NpgsqlConnection(gateway.Portal.Database.Superuser);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'", connection))
        await using (var reader = await list.ExecuteReaderAsync())
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        Assert.Contains(tables, table => table.StartsWith("call_bodies_", StringComparison.Ordinal));
        foreach (var table in tables)
        {
            await using var dump = await connection.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT BINARY)");
            using var bytes = new MemoryStream();
            await dump.CopyToAsync(bytes);
            var all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
            Assert.True(all.IndexOf(Encoding.UTF8.GetBytes(Canary)) < 0 && all.IndexOf(Encoding.UTF8.GetBytes(text)) < 0, table);
        }

        foreach (var (role, statement) in ((string, string)[])[
            (PortalRoles.System, "DELETE FROM call_bodies"), (PortalRoles.System, "UPDATE call_bodies SET streamed = true"), (PortalRoles.App, "DELETE FROM call_bodies"),
            (PortalRoles.App, $"SELECT * FROM {tables.First(t => t.StartsWith("call_bodies_", StringComparison.Ordinal))}"), (PortalRoles.App, "SELECT drop_body_partitions('2100-01-01')")])
        {
            await using var attempt = new NpgsqlCommand($"SET ROLE {role}; {statement}", connection);
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => attempt.ExecuteNonQueryAsync())).SqlState);
            await using var reset = new NpgsqlCommand("RESET ROLE", connection);
            await reset.ExecuteNonQueryAsync();
        }
    }

    [Theory]
    [InlineData("""{"body_retention_days":0}""", "body_retention_days")]
    [InlineData("""{"body_retention_days":366}""", "body_retention_days")]
    [InlineData("""{"body_logging":"some"}""", "body_logging")]
    [InlineData("""{"body_redaction":["names"]}""", "body_redaction[0]")]
    [InlineData("""{"body_redaction":["secrets","secrets"]}""", "body_redaction")]
    public async Task Settings_OutOfBounds_AreRefusedByName(string json, string field)
    {
        var answer = await gateway.Portal.Admin.PatchApiAsync($"/organizations/{gateway.Portal.OrganizationId}", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task Settings_ChangedByAnOwnerAlone_WithAnAuditRow()
    {
        using var finance = await gateway.Portal.MemberAsync("finance");
        var refused = await finance.PatchApiAsync($"/organizations/{gateway.Portal.OrganizationId}", new { body_logging = "on" });
        await gateway.KeepBodiesAsync(new { body_logging = "on", body_retention_days = 7 });
        var notes = await gateway.Portal.Admin.GetApiAsync("/audit?action=organization.update&allowed=true");
        await gateway.KeepBodiesAsync(new { body_retention_days = 30 });

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal(7, notes.Data.First().GetProperty("after").GetProperty("body_retention_days").GetInt32());
    }

    private static string? Answer(JsonElement body) => JsonDocument.Parse(body.GetProperty("response").GetProperty("text").GetString()!).RootElement
        .GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
}

using System.Net;
using System.Text.Json;
using AiPortal.Core.Audit;
using AiPortal.Hosting;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AiPortal.Tests.Audit;

/// <summary>What an organization keeps no longer goes behind a signed cut; nothing else can take an event away, and anchors are signed.</summary>
public sealed class AuditRetentionTests : IClassFixture<AuditRetentionTests.AgedHost>
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly PortalHost _host;
    private readonly ShiftedClock _clock;

    public AuditRetentionTests(AgedHost aged) => (_host, _clock) = (aged.Host, aged.Clock);

    [Fact]
    public async Task Retention_TakesTheOldAway_AndTheChainHolds()
    {
        var (own, early, late) = await AgedAsync("Kept for two years");
        var before = await VerifyAsync(own);
        var none = await RunAsync();
        await _host.Admin.PatchApiAsync($"/organizations/{own}", new { audit_retention_days = 730 });
        var said = await RunAsync();
        var again = await RunAsync();
        var after = await VerifyAsync(own);
        var rows = (await _host.Admin.GetApiAsync($"/audit?limit=500&organization_id={own}")).Data.ToList();
        var gone = await VerifyAsync(own, early);
        var held = await VerifyAsync(own, late);
        await using var output = new StringWriter();
        var code = await Verification.RunAsync(_host.Services, output);

        Assert.Equal((0L, 1L), (await NamesAsync(own, "Old 1"), await NamesAsync(own, "New")));
        Assert.StartsWith("0 events", none, StringComparison.Ordinal);
        Assert.StartsWith("3 events of", said, StringComparison.Ordinal);
        Assert.StartsWith("0 events", again, StringComparison.Ordinal);
        Assert.True(before.GetProperty("ok").GetBoolean() && after.GetProperty("ok").GetBoolean(), after.ToString());
        Assert.Equal(early.GetProperty("sequence").GetInt64(), after.GetProperty("kept_after").GetInt64());
        Assert.Equal("audit.retain", rows[0].GetProperty("action").GetString());
        Assert.Equal(early.GetProperty("sequence").GetInt64() + 1, rows[^1].GetProperty("sequence").GetInt64());
        // What the cut itself stands for can still be asked; and what came after it.
        Assert.Equal((true, true), (gone.GetProperty("anchor_ok").GetBoolean(), held.GetProperty("anchor_ok").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, (await _host.Admin.GetApiAsync($"/audit/verify?sequence=1&hash={new string('0', 64)}&organization_id={own}")).Json.GetProperty("anchor_ok").ValueKind);
        Assert.Equal((0, "Everything adds up."), (code, output.ToString().Trim()));
    }

    [Fact]
    public async Task Retention_OfABrokenChain_TakesNothing()
    {
        var (own, _, _) = await AgedAsync("Broken");
        await _host.Admin.PatchApiAsync($"/organizations/{own}", new { audit_retention_days = 730 });
        await SuperuserAsync($"ALTER TABLE audit_events DISABLE TRIGGER USER; UPDATE audit_events SET subject_name = 'other' WHERE organization_id = '{own}' AND sequence = 2; ALTER TABLE audit_events ENABLE TRIGGER USER");
        var count = await CountAsync(own);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(RunAsync);
        var after = await CountAsync(own);
        await _host.Admin.PatchApiAsync($"/organizations/{own}", new { audit_retention_days = (int?)null });

        Assert.Contains(own.ToString(), fault.Message, StringComparison.Ordinal);
        Assert.Equal(count, after);
    }

    [Fact]
    public async Task Cut_ForgedOrPatched_IsBroken()
    {
        var (own, _, _) = await AgedAsync("Forged");
        await _host.Admin.PatchApiAsync($"/organizations/{own}", new { audit_retention_days = 730 });
        await RunAsync();
        Assert.True((await VerifyAsync(own)).GetProperty("ok").GetBoolean());

        foreach (var change in (string[])["sequence = sequence - 1", "hash = decode(repeat('ab', 32), 'hex')", "last_at = last_at + interval '1 day'", "signature = decode(repeat('cd', 70), 'hex')", "organization_id = gen_random_uuid()"])
        {
            await SuperuserAsync($"BEGIN; CREATE TABLE kept AS SELECT * FROM audit_cuts WHERE organization_id = '{own}'; UPDATE audit_cuts SET {change} WHERE organization_id = '{own}'; COMMIT");
            var verdict = await VerifyAsync(own);
            await SuperuserAsync("BEGIN; DELETE FROM audit_cuts c USING kept k WHERE c.id = k.id; INSERT INTO audit_cuts SELECT * FROM kept; DROP TABLE kept; COMMIT");
            Assert.False(verdict.GetProperty("ok").GetBoolean(), change);
        }

        Assert.True((await VerifyAsync(own)).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Events_CannotBeTakenAwayInAnotherWay()
    {
        var (own, _, _) = await AgedAsync("Walls");
        var young = await _host.Database.ScalarAsync<long>("SELECT max(sequence) FROM audit_events WHERE organization_id = $1", own);
        var attempts = new List<string>
        {
            $"SET ROLE portal_system; DELETE FROM audit_events WHERE organization_id = '{own}'", $"SET ROLE portal_app; SELECT audit_forget('{own}', 1)", $"SET ROLE portal_system; SELECT audit_forget('{own}', 1)",
            $"SET ROLE portal_system; SELECT set_config('portal.audit_cut', '{own}', true); DELETE FROM audit_events WHERE organization_id = '{own}'", $"DELETE FROM audit_events WHERE organization_id = '{own}'",
            $"SET ROLE portal_system; UPDATE audit_cuts SET sequence = 1", $"SET ROLE portal_app; SELECT set_config('portal.org', '{own}', true); INSERT INTO audit_cuts SELECT gen_random_uuid(), 1, '\\x', now(), 1, '\\x', '{own}', now(), now()",
            $"SET ROLE portal_system; INSERT INTO audit_cuts (id, organization_id, sequence, hash, last_at, events, signature, created_at, updated_at) VALUES (gen_random_uuid(), '{own}', {young}, '\\x', now(), 1, '\\x', now(), now()); SELECT audit_forget('{own}', {young})",
        };
        var count = await CountAsync(own);
        foreach (var attempt in attempts)
        {
            var fault = await Record.ExceptionAsync(() => SuperuserAsync($"BEGIN; {attempt}; COMMIT"));
            Assert.True(fault is PostgresException, attempt);
        }

        Assert.Equal(count, await CountAsync(own));
        Assert.Equal(["audit_retention_days"], (await _host.Admin.PatchApiAsync($"/organizations/{own}", new { audit_retention_days = 30 })).Fields);
    }

    [Fact]
    public async Task Anchor_IsSigned_AndTheVerbKnowsItsOwn()
    {
        var (own, _, late) = await AgedAsync("Anchored");
        var anchor = JsonSerializer.Deserialize<AuditAnchor>(late.GetRawText(), SnakeCase)!;
        var seals = _host.Services.GetRequiredService<AuditSeals>();
        using var publicKey = System.Security.Cryptography.ECDsa.Create();
        publicKey.ImportSubjectPublicKeyInfo(Convert.FromBase64String(anchor.Key!), out _);
        var text = $"aiportal-audit-anchor\n{own}\n{anchor.Sequence}\n{anchor.Hash}\n{anchor.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\n";

        Assert.True(publicKey.VerifyData(System.Text.Encoding.UTF8.GetBytes(text), Convert.FromBase64String(anchor.Signature!), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.DSASignatureFormat.Rfc3279DerSequence));
        Assert.True(seals.IsOurs(anchor));
        Assert.All([anchor with { Sequence = anchor.Sequence + 1 }, anchor with { Hash = new string('a', 64) }, anchor with { At = anchor.At.AddSeconds(1) }, anchor with { OrganizationId = Guid.Empty }, anchor with { Signature = "AAAA" }, anchor with { Signature = null }],
            altered => Assert.False(seals.IsOurs(altered)));
        Assert.Equal((0, "Everything adds up."), await VerbAsync(late.GetRawText()));
        Assert.Contains("was altered", (await VerbAsync(late.GetRawText().Replace(anchor.Hash, new string('a', 64), StringComparison.Ordinal))).Output, StringComparison.Ordinal);
        Assert.Contains("is no anchor", (await VerbAsync("[]")).Output, StringComparison.Ordinal);
        // A chain that was written anew by the owner of the database does not hold what was signed of the old one.
        await SuperuserAsync($"ALTER TABLE audit_events DISABLE TRIGGER USER; DELETE FROM audit_events WHERE organization_id = '{own}' AND sequence >= {anchor.Sequence}; ALTER TABLE audit_events ENABLE TRIGGER USER");
        await _host.Admin.PostApiAsync("/teams", new { name = "Instead", organization_id = own });
        var (code, output) = await VerbAsync(late.GetRawText());
        Assert.Equal(1, code);
        Assert.Contains("written anew", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> VerbAsync(string anchor)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, anchor);
        await using var output = new StringWriter();
        var code = await Verification.RunAsync(_host.Services, output, path);
        File.Delete(path);
        return (code, output.ToString().Trim());
    }

    /// <summary>An organization with three events of three years ago and some of today, and anchors of both times.</summary>
    private async Task<(Guid Id, JsonElement Early, JsonElement Late)> AgedAsync(string name)
    {
        var own = await _host.Admin.PostApiAsync("/organizations", new { name });
        Assert.Equal(HttpStatusCode.Created, own.Status);
        // The chain of an old installation: the same hashes as the portal makes, of an earlier clock.
        await SuperuserAsync($"ALTER TABLE audit_events DISABLE TRIGGER USER; DELETE FROM audit_events WHERE organization_id = '{own.Id}'; ALTER TABLE audit_events ENABLE TRIGGER USER");
        _clock.Shift = TimeSpan.FromDays(-1100);
        var old = _host.Services.GetRequiredService<AiPortal.Core.Data.TenantDb>();
        for (var i = 0; i < 3; i++)
        {
            await using var transaction = await old.OpenForLedgerAsync(own.Id);
            await AuditTrail.AppendAsync(transaction, new AuditNote("team.create", "team", null, $"Old {i}"), null, "Somebody", null, true, _clock, default);
            await transaction.CommitAsync();
        }

        _clock.Shift = TimeSpan.Zero;
        var early = (await _host.Admin.GetApiAsync($"/audit/anchor?organization_id={own.Id}")).Json;
        await _host.Admin.PostApiAsync("/teams", new { name = "New", organization_id = own.Id });
        return (own.Id, early, (await _host.Admin.GetApiAsync($"/audit/anchor?organization_id={own.Id}")).Json);
    }

    private Task<long> NamesAsync(Guid organization, string name) => _host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_names WHERE organization_id = $1 AND name = $2", organization, name);

    private Task<string> RunAsync() => _host.Services.GetRequiredService<AuditRetention>().RunAsync(default);

    private Task<long> CountAsync(Guid organization) => _host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE organization_id = $1 AND sequence <= 3", organization);

    private async Task<JsonElement> VerifyAsync(Guid organization, JsonElement anchor = default) => (await _host.Admin.GetApiAsync(anchor.ValueKind == JsonValueKind.Object
        ? $"/audit/verify?sequence={anchor.GetProperty("sequence").GetInt64()}&hash={anchor.GetProperty("hash").GetString()}&organization_id={organization}" : $"/audit/verify?organization_id={organization}")).Json;

    private async Task SuperuserAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_host.Database.Superuser);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The machine's clock, moved.</summary>
    internal sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }

    /// <summary>A portal whose clock a test can move.</summary>
    public sealed class AgedHost : IAsyncLifetime
    {
        internal ShiftedClock Clock { get; } = new();

        public PortalHost Host { get; }

        public AgedHost() => Host = new PortalHost { Clock = Clock };

        public Task InitializeAsync() => Host.InitializeAsync();

        public Task DisposeAsync() => Host.DisposeAsync();
    }
}

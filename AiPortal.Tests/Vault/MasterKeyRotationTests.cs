using System.Net;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using AiPortal.Core.Vault;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Vault;

public sealed class MasterKeyRotationTests(MasterKeyRotationTests.FileHost fixture) : IClassFixture<MasterKeyRotationTests.FileHost>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private PortalHost Host => fixture.Host;

    [Fact]
    public async Task Rotate_NewKeyInTheFile_SealsEverythingAnewAndTheOldCanGo()
    {
        var provider = await Host.Admin.PostApiAsync("/providers", new { name = "Rotated", kind = "openai-compatible", base_url = "http://127.0.0.1:9/v1", api_key = "sk-rotated-credential", allow_private = true });
        var nothing = await Host.Admin.PostApiAsync("/vault/rotate", new { });
        var before = await Host.Admin.GetApiAsync("/vault");
        var early = await Host.Admin.PostApiAsync("/vault/keys/1/destroy", new { });

        fixture.AddKey();
        var rotated = await Host.Admin.PostApiAsync("/vault/rotate", new { });
        await SealedAnewAsync();
        var tooSoon = await Host.Admin.PostApiAsync("/vault/keys/1/destroy", new { });
        await Host.Database.ExecuteAsync("UPDATE master_keys SET activated_at = activated_at - interval '3 minutes'");
        var destroyed = await Host.Admin.PostApiAsync("/vault/keys/1/destroy", new { });
        fixture.DropOldest();
        await Host.StopAsync();
        await Host.StartAsync();
        var after = await Host.Admin.GetApiAsync("/vault");
        var opened = await OpenAsync(provider.Id);
        var audit = await Host.Admin.GetApiAsync("/audit?action=vault.rotate");

        Assert.Equal((HttpStatusCode.Conflict, "no_new_key"), (nothing.Status, nothing.Code));
        Assert.Equal((1, 0L), (before.Json.GetProperty("active_version").GetInt32(), before.Json.GetProperty("remaining").GetInt64()));
        Assert.Equal("key_in_use", early.Code);
        Assert.Equal((HttpStatusCode.OK, 2), (rotated.Status, rotated.Json.GetProperty("active_version").GetInt32()));
        Assert.Equal("not_settled", tooSoon.Code);
        Assert.Equal("destroyed", destroyed.Json.GetProperty("keys")[1].GetProperty("state").GetString());
        Assert.Equal([2], after.Json.GetProperty("nodes")[0].GetProperty("versions").EnumerateArray().Select(version => version.GetInt32()));
        Assert.Equal("sk-rotated-credential", opened);
        Assert.Equal(2, SecretVault.VersionOf(await Host.Database.ScalarAsync<byte[]>("SELECT api_key_cipher FROM providers WHERE id = $1", provider.Id)));
        Assert.Single(audit.Data);
    }

    [Fact]
    public async Task Rotate_ByOthers_IsRefused()
    {
        var other = await Host.Admin.PostApiAsync("/organizations", new { name = "Second" });
        var elsewhere = await Host.Admin.PostApiAsync($"/vault/rotate?organization_id={other.Id}", new { });
        var read = await Host.Admin.GetApiAsync($"/vault?organization_id={other.Id}");
        var token = await Host.Admin.PostApiAsync("/service-tokens", new { name = "finance", role = "finance" });
        using var finance = Host.WithBearer(token.Text("token")!);
        var lesser = await finance.PostApiAsync("/vault/rotate", new { });

        Assert.All([elsewhere, read, lesser], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
    }

    [Fact]
    public async Task Rotate_AProcessLacksTheKey_IsRefusedAndNamesIt()
    {
        await Host.Database.ExecuteAsync("INSERT INTO master_key_holders (node, versions, active, seen_at) VALUES ('the-other', '{1}', 1, clock_timestamp())");
        fixture.AddKey();
        var refused = await Host.Admin.PostApiAsync("/vault/rotate", new { });
        await Host.Database.ExecuteAsync("DELETE FROM master_key_holders WHERE node = 'the-other'");
        var taken = await Host.Admin.PostApiAsync("/vault/rotate", new { });

        Assert.Equal((HttpStatusCode.Conflict, "nodes_lack_key"), (refused.Status, refused.Code));
        Assert.Contains("the-other", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, taken.Status);
    }

    [Fact]
    public async Task Open_DatabaseOfAFormerPortal_IsTakenOverWhole()
    {
        await using var database = new TestDatabaseOwner();
        await database.InitializeAsync();
        var (key, next) = (RandomNumberGenerator.GetBytes(32), MasterKey.Make().Key);
        var master = new MasterKey(key);
        var (organization, row) = (Ids.New(TimeProvider.System), Ids.New(TimeProvider.System));
        await database.Database.ExecuteAsync("INSERT INTO master_keys (version, fingerprint, created_at, activated_at) VALUES (1, $1, now(), now())", master.Fingerprint);
        await database.Database.ExecuteAsync("INSERT INTO providers (id, organization_id, name, kind, api_key_cipher, model_map, weight, priority, enabled, allow_private, created_at, updated_at) VALUES ($1, $2, 'old', 'openai', $3, '{}', 1, 0, true, false, now(), now())",
            row, organization, SecretVaultTests.FormerBox(key, "sk-of-old"u8.ToArray(), $"provider:{organization}:{row}"));
        ISealedPlace[] places = [new SealedColumn("providers", "api_key_cipher", "provider:{organization_id}:{id}")];
        var book = new MasterKeyBook(database.Database.Portal, places, TimeProvider.System);

        var wrong = await Assert.ThrowsAsync<StartFault>(() => book.OpenAsync("Portal:MasterKey", [next], default));
        var vault = new SecretVault(await book.OpenAsync("Portal:MasterKey", [master, next], default));
        using var mac = vault.CreateMac("call_replay");
        using var former = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, HMACSHA256.HashData(key, "mac:call_replay"u8));
        await database.Database.ExecuteAsync("UPDATE master_keys SET activated_at = now() WHERE version = 2");
        var missing = await Assert.ThrowsAsync<StartFault>(() => book.OpenAsync("Portal:MasterKey", [next], default));
        vault.Hold(await book.OpenAsync("Portal:MasterKey", [master, next], default));
        await using (var connection = await database.Database.Portal.System.OpenConnectionAsync())
        {
            foreach (var place in (ISealedPlace[])[.. places, new SealedColumn("data_keys", "box", "data-key:{name}", "name")]) Assert.Equal(0, await place.ResealAsync(connection, vault, default));
        }

        var alone = new SecretVault(await book.OpenAsync("Portal:MasterKey", [next], default));

        Assert.Equal(former.GetHashAndReset(), mac.GetHashAndReset());
        Assert.Contains("does not match", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("version 1", missing.Message, StringComparison.Ordinal);
        Assert.Equal("sk-of-old", Encoding.UTF8.GetString(alone.Open(await database.Database.ScalarAsync<byte[]>("SELECT api_key_cipher FROM providers"), $"provider:{organization}:{row}")));
    }

    /// <summary>What is sealed and where: a column of ciphertext that no feature names would be lost with its master key.</summary>
    [Fact]
    public async Task Places_EveryColumnOfCiphertext_IsNamed()
    {
        var columns = await Host.Database.ScalarAsync<string[]>("SELECT array_agg(table_name || '.' || column_name) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bytea' AND (column_name LIKE '%cipher%' OR column_name LIKE '%sealed%')");
        var named = Host.Services.GetServices<ISealedPlace>().Select(place => place.Name).ToList();

        Assert.NotEmpty(columns);
        Assert.All(columns, column => Assert.Contains(column, named));
    }

    private async Task SealedAnewAsync() => await Eventually.HoldsAsync(async () => (await Host.Admin.GetApiAsync("/vault")).Json.GetProperty("remaining").GetInt64() == 0, Limit, () => "Something is still sealed with the old key.");

    private async Task<string?> OpenAsync(Guid id)
    {
        await using var db = Host.Database.Portal.OpenSystem();
        return Host.Services.GetRequiredService<ProviderCredential>().Open(await db.Set<ProviderAccount>().FindAsync(id) ?? throw new InvalidOperationException("It is gone."));
    }

    /// <summary>A portal with its master keys in a file.</summary>
    public sealed class FileHost : IAsyncLifetime
    {
        private readonly string _path = Path.GetTempFileName();

        public PortalHost Host { get; }

        public FileHost()
        {
            File.WriteAllText(_path, MasterKey.Make().Text);
            Host = new PortalHost().WithMasterKeyFile(_path);
        }

        public void AddKey() => File.AppendAllText(_path, "\n" + MasterKey.Make().Text);

        public void DropOldest() => File.WriteAllLines(_path, File.ReadAllLines(_path)[1..]);

        public Task InitializeAsync() => Host.InitializeAsync();

        public async Task DisposeAsync()
        {
            await Host.DisposeAsync();
            File.Delete(_path);
        }
    }

    private sealed class TestDatabaseOwner : IAsyncDisposable
    {
        public TestDatabase Database { get; } = new();

        public Task InitializeAsync() => Database.InitializeAsync();

        public async ValueTask DisposeAsync() => await Database.DisposeAsync();
    }
}

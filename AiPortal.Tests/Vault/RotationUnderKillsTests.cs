using System.Globalization;
using System.Net;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Vault;
using AiPortal.Hosting;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Durability;
using Xunit.Abstractions;

namespace AiPortal.Tests.Vault;

/// <summary>
/// S04: master key, provider key and webhook secret are rotated again and again under load, and the portal is killed in the middle of it. No
/// call may fail for a credential that would not open or is not the right one; afterwards the old master keys are destroyed, and everything
/// opens without them. With AIPORTAL_LONG=1 at 200 calls a second and with 20 kills.
/// </summary>
public sealed class RotationUnderKillsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Rotate_UnderLoadAndKills_OpensEveryCredential()
    {
        var isLong = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1";
        var (kills, rate, credentials) = isLong ? (20, 200, 2000) : (2, 50, 300);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("AIPORTAL_SEED"), out var given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        await using var rig = await DurabilityRig.StartAsync();
        var stored = await StoreAsync(rig, credentials);
        var (ends, amidst, credential) = (new List<CallEnd>(), 0, "upstream");
        var witness = await rig.Database.ScalarAsync<Guid>("SELECT id FROM providers WHERE name = 'witness'");

        for (var kill = 0; kill < kills; kill++)
        {
            rig.Upstream.Accepted.Clear();
            rig.Upstream.Accepted[credential] = true;
            await using var portal = rig.Portal();
            Assert.True(await portal.ReadyAsync(), portal.Output);
            await using var load = CallLoad.Begin(rig.Address, rig.Secret, rate);
            await load.ServedAsync(rate / 2, () => portal.HasExited);
            await File.AppendAllTextAsync(rig.MasterKeys, "\n" + MasterKey.Make().Text);
            var rotated = await rig.Admin.PostApiAsync("/vault/rotate", new { });
            Assert.True(rotated.Status == HttpStatusCode.OK, rotated.Json.ToString());
            credential = await RotateOthersAsync(rig, witness, kill);
            await Task.Delay(random.Next(isLong ? 800 : 150));
            if (await RemainingAsync(rig) > 0) amidst++;
            portal.Kill();
            await portal.EndedAsync(Limit);
            await load.EndAsync();
            ends.AddRange(load.Ends);
            Assert.DoesNotContain("is left out", portal.Output, StringComparison.Ordinal);
        }

        await using (var portal = rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            await using var load = CallLoad.Begin(rig.Address, rig.Secret, rate);
            await Eventually.HoldsAsync(async () => await RemainingAsync(rig) == 0, Limit, () => $"seed {seed}: the rotation was not resumed. {portal.Output}");
            await load.ServedAsync(rate, () => portal.HasExited);
            await load.EndAsync();
            ends.AddRange(load.Ends);
            Assert.DoesNotContain("is left out", portal.Output, StringComparison.Ordinal);
            await DestroyOldAsync(rig, kills + 1);
            await portal.StopAsync();
        }

        await File.WriteAllLinesAsync(rig.MasterKeys, (await File.ReadAllLinesAsync(rig.MasterKeys))[^1..]);
        await using (var portal = rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            await using var load = CallLoad.Begin(rig.Address, rig.Secret, rate);
            await load.ServedAsync(rate, () => portal.HasExited);
            await load.EndAsync();
            ends.AddRange(load.Ends);
            await portal.StopAsync();
        }

        await OpenAllAsync(rig, stored, kills + 1, credential);
        // Cut by the kill (0), or turned away by a portal that is not ready yet.
        var failed = ends.Where(end => end.Status is not (200 or 0 or 503)).GroupBy(end => end.Status).Select(group => $"{group.Count()} of status {group.Key}").ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}: {kills} kills, {amidst} of them amidst a rotation, {ends.Count} calls, {ends.Count(end => end.Status == 200)} answered, {ends.Count(end => end.Status == 503)} turned away, {stored.Count} credentials open"));
        Assert.True(failed.Count == 0, $"seed {seed}: {string.Join(", ", failed)}");
        Assert.True(amidst > 0 || !isLong, $"seed {seed}: no kill fell into a rotation");
        Assert.Contains(ends, end => end.Status == 200);
    }

    /// <summary>A new credential at the provider and for the account, and another secret of the webhook.</summary>
    private static async Task<string> RotateOthersAsync(DurabilityRig rig, Guid witness, int round)
    {
        var credential = string.Create(CultureInfo.InvariantCulture, $"sk-upstream-of-round-{round}");
        rig.Upstream.Accepted[credential] = true;
        var rotated = await rig.Admin.PostApiAsync($"/providers/{witness}/rotate-key", new { api_key = credential });
        Assert.True(rotated.Status == HttpStatusCode.OK, rotated.Json.ToString());
        var retired = await rig.Admin.PostApiAsync($"/providers/{witness}/retire-key", null);
        Assert.True(retired.Status == HttpStatusCode.OK, retired.Json.ToString());
        var organization = await rig.Database.ScalarAsync<Guid>("SELECT organization_id FROM providers LIMIT 1");
        var hook = await rig.Admin.PatchApiAsync($"/organizations/{organization}/alerting", new { webhook_url = "http://127.0.0.1:9/hook", webhook_allow_private = true, webhook_secret = Webhook(round) });
        Assert.True(hook.Status == HttpStatusCode.OK, hook.Json.ToString());
        return credential;
    }

    private static string Webhook(int round) => "whsec_" + Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)((i * 7) + round))]);

    private static async Task DestroyOldAsync(DurabilityRig rig, int active)
    {
        await rig.Database.ExecuteAsync("UPDATE master_keys SET activated_at = activated_at - interval '3 minutes'");
        for (var version = 1; version < active; version++)
        {
            var destroyed = await rig.Admin.PostApiAsync(string.Create(CultureInfo.InvariantCulture, $"/vault/keys/{version}/destroy"), new { });
            Assert.True(destroyed.Status == HttpStatusCode.OK, destroyed.Json.ToString());
        }
    }

    private static async Task<Dictionary<Guid, string>> StoreAsync(DurabilityRig rig, int count)
    {
        var vault = await VaultAsync(rig);
        var organization = await rig.Database.ScalarAsync<Guid>("SELECT organization_id FROM providers LIMIT 1");
        var stored = new Dictionary<Guid, string>();
        for (var i = 0; i < count; i++)
        {
            var (id, secret) = (Ids.New(TimeProvider.System), $"sk-{Ids.New(TimeProvider.System):N}");
            await rig.Database.ExecuteAsync("""
                INSERT INTO providers (id, organization_id, name, kind, base_url, api_key_cipher, models, model_map, weight, priority, enabled, allow_private, created_at, updated_at)
                VALUES ($1, $2, $3, 'openai-compatible', 'http://127.0.0.1:9/v1', $4, '{none}', '{}', 1, 0, $5, true, now(), now())
                """, id, organization, $"stored {i}", vault.Seal(Encoding.UTF8.GetBytes(secret), $"provider:{organization}:{id}"), i % 10 == 0);
            stored[id] = secret;
        }

        return stored;
    }

    private static async Task OpenAllAsync(DurabilityRig rig, Dictionary<Guid, string> stored, int version, string credential)
    {
        var vault = await VaultAsync(rig);
        await using var command = rig.Database.Portal.System.CreateCommand("SELECT id, organization_id, api_key_cipher FROM providers WHERE api_key_cipher IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync();
        var opened = 0;
        while (await reader.ReadAsync())
        {
            var (id, box) = (reader.GetGuid(0), reader.GetFieldValue<byte[]>(2));
            Assert.Equal(version, SecretVault.VersionOf(box));
            Assert.Equal(stored.GetValueOrDefault(id, credential), Encoding.UTF8.GetString(vault.Open(box, $"provider:{reader.GetGuid(1)}:{id}")));
            opened++;
        }

        Assert.Equal(stored.Count + 1, opened);
        await reader.DisposeAsync();
        var context = $"alert-webhook:{await rig.Database.ScalarAsync<Guid>("SELECT organization_id FROM alert_channels")}";
        foreach (var column in (string[])["webhook_secret_cipher", "previous_secret_cipher"])
        {
            var box = await rig.Database.ScalarAsync<byte[]>($"SELECT {column} FROM alert_channels");
            Assert.Equal(version, SecretVault.VersionOf(box));
            Assert.Equal(Webhook(version - (column[0] == 'w' ? 2 : 3)), Encoding.UTF8.GetString(vault.Open(box, context)));
        }
    }

    private static async Task<SecretVault> VaultAsync(DurabilityRig rig)
    {
        var keys = MasterKeySetting.Keys("Portal:MasterKeyFile", await File.ReadAllTextAsync(rig.MasterKeys));
        return new SecretVault(await new MasterKeyBook(rig.Database.Portal, [], TimeProvider.System).OpenAsync("Portal:MasterKeyFile", keys, default));
    }

    private static async Task<long> RemainingAsync(DurabilityRig rig) => (await rig.Admin.GetApiAsync("/vault")).Json.GetProperty("remaining").GetInt64();
}

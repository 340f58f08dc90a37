using System.Net;
using System.Text.Json;
using AiPortal.Core.Alerts;
using AiPortal.Core.Providers;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Providers;

/// <summary>The life of a provider's credential: replaced, gone back to, retired, synced with, and reminded of.</summary>
public sealed class ProviderKeyTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Rotate_KeyThatWorks_ReplacesTheOldWhichCanComeBackOrGo()
    {
        await using var vendor = await Vendor.StartAsync("sk-old-credential-1111", "sk-new-credential-2222");
        var id = await AccountAsync(vendor, "sk-old-credential-1111");
        var refused = await host.Admin.PostApiAsync($"/providers/{id}/rotate-key", new { api_key = "sk-wrong-credential-3333" });
        var afterRefusal = await host.Admin.GetApiAsync($"/providers/{id}");
        var rotated = await host.Admin.PostApiAsync($"/providers/{id}/rotate-key", new { api_key = "sk-new-credential-2222", expires_at = "2031-01-02T00:00:00Z" });
        var tested = await host.Admin.PostApiAsync($"/providers/{id}/test", null);
        var used = vendor.LastKey;
        var back = await host.Admin.PostApiAsync($"/providers/{id}/restore-key", null);
        await host.Admin.PostApiAsync($"/providers/{id}/test", null);
        var usedThen = vendor.LastKey;
        var retired = await host.Admin.PostApiAsync($"/providers/{id}/retire-key", null);
        var twice = await host.Admin.PostApiAsync($"/providers/{id}/retire-key", null);
        var audit = await host.Admin.GetApiAsync($"/audit?subject={id}");

        Assert.Equal((HttpStatusCode.Conflict, "key_refused"), (refused.Status, refused.Code));
        Assert.Equal(("1111", JsonValueKind.Null), (afterRefusal.Text("api_key_hint"), afterRefusal.Json.GetProperty("previous_key_hint").ValueKind));
        Assert.Equal(("2222", "1111"), (rotated.Text("api_key_hint"), rotated.Text("previous_key_hint")));
        Assert.Equal(2031, rotated.Json.GetProperty("api_key_expires_at").GetDateTimeOffset().Year);
        Assert.True(tested.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(("sk-new-credential-2222", "sk-old-credential-1111"), (used, usedThen));
        Assert.Equal(("1111", "2222"), (back.Text("api_key_hint"), back.Text("previous_key_hint")));
        Assert.Equal(JsonValueKind.Null, retired.Json.GetProperty("previous_key_hint").ValueKind);
        Assert.Equal("no_previous_key", twice.Code);
        Assert.Contains(audit.Data, row => row.GetProperty("action").GetString() == "provider.rotate_key");
        Assert.All([rotated.Json.ToString(), back.Json.ToString(), audit.Json.ToString()], text => Assert.DoesNotContain("credential-", text, StringComparison.Ordinal));
    }

    /// <summary>S06: a stored secret is never sent to an address it was not given for, also not by way of a rotation.</summary>
    [Fact]
    public async Task Change_Address_TakesThePreviousKeyAlong()
    {
        await using var vendor = await Vendor.StartAsync("sk-old-credential-1111", "sk-new-credential-2222");
        var id = await AccountAsync(vendor, "sk-old-credential-1111");
        await host.Admin.PostApiAsync($"/providers/{id}/rotate-key", new { api_key = "sk-new-credential-2222" });
        var without = await host.Admin.PatchApiAsync($"/providers/{id}", new { base_url = "http://127.0.0.1:9/v1" });
        var with = await host.Admin.PatchApiAsync($"/providers/{id}", new { base_url = "http://127.0.0.1:9/v1", api_key = "sk-other-credential-4444" });
        var back = await host.Admin.PostApiAsync($"/providers/{id}/restore-key", null);

        Assert.Equal(["api_key"], without.Fields);
        Assert.Equal("4444", with.Text("api_key_hint"));
        Assert.Equal("no_previous_key", back.Code);
    }

    [Fact]
    public async Task Job_AccountsThatAskForIt_AreSyncedAndBalancesRead()
    {
        await using var vendor = await Vendor.StartAsync("sk-old-credential-1111");
        var asks = await AccountAsync(vendor, "sk-old-credential-1111");
        await host.Admin.PatchApiAsync($"/providers/{asks}", new { sync_models = true });
        var tells = await AccountAsync(vendor, "sk-old-credential-1111", "deepseek", ["own"]);
        var result = await host.Services.GetRequiredService<SyncProviders>().RunAsync(default);
        var (synced, read) = (await host.Admin.GetApiAsync($"/providers/{asks}"), await host.Admin.GetApiAsync($"/providers/{tells}"));

        Assert.StartsWith("1 synced, 0 failed", result, StringComparison.Ordinal);
        Assert.Equal(["alpha", "beta"], synced.Json.GetProperty("models").EnumerateArray().Select(model => model.GetString()));
        Assert.Equal(["own"], read.Json.GetProperty("models").EnumerateArray().Select(model => model.GetString()));
        Assert.Equal((110.25m, "CNY"), (read.Json.GetProperty("balance").GetDecimal(), read.Text("balance_currency")));
    }

    [Theory]
    [InlineData("deepseek", """{"is_available":true,"balance_infos":[{"currency":"USD","total_balance":"12.50"}]}""", "12.50 USD")]
    [InlineData("moonshot", """{"code":0,"data":{"available_balance":49.58894,"voucher_balance":46.5}}""", "49.58894 CNY")]
    [InlineData("openrouter", """{"data":{"total_credits":100.5,"total_usage":25.75}}""", "74.75 USD")]
    [InlineData("deepseek", """{"balance_infos":[]}""", null)]
    [InlineData("moonshot", "[]", null)]
    [InlineData("openrouter", """{"data":null}""", null)]
    public void Balance_AnswersOfVendors_AreReadOrLeft(string kind, string body, string? expected)
    {
        var account = new ProviderAccount { Name = "x", Kind = kind, BaseUrl = ProviderKinds.Find(kind)!.BaseUrl };
        var read = VendorBalance.Read(account, System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal(expected, read is null ? null : $"{read.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture)} {read.Currency}");
    }

    [Fact]
    public async Task Reminders_KeysAndCredentialsThatEnd_AreWarnedOfOnceAStage()
    {
        await using var vendor = await Vendor.StartAsync("sk-old-credential-1111");
        var id = await AccountAsync(vendor, "sk-old-credential-1111");
        var soon = TimeProvider.System.GetUtcNow().AddDays(10);
        await host.Admin.PatchApiAsync($"/providers/{id}", new { api_key_expires_at = soon });
        await host.Admin.PostApiAsync("/keys", new { name = "Ends in two days", expires_at = TimeProvider.System.GetUtcNow().AddDays(2) });
        await host.Admin.PostApiAsync("/keys", new { name = "Ends next year", expires_at = TimeProvider.System.GetUtcNow().AddDays(300) });
        var job = host.Services.GetRequiredService<ExpiryReminders>();
        await job.RunAsync(default);
        await job.RunAsync(default);
        await host.Admin.PatchApiAsync($"/providers/{id}", new { api_key_expires_at = soon.AddDays(1) });
        await job.RunAsync(default);

        Assert.Equal(1L, await CountAsync("key_expiring", "critical"));
        Assert.Equal(2L, await CountAsync("credential_expiring", "warning"));
        Assert.Equal(0L, await host.Database.ScalarAsync<long>("SELECT count(*) FROM alerts WHERE title LIKE '%next year%'"));
    }

    private Task<long> CountAsync(string type, string severity) => host.Database.ScalarAsync<long>("SELECT count(*) FROM alerts WHERE type = $1 AND severity = $2", type, severity);

    private async Task<Guid> AccountAsync(Vendor vendor, string secret, string kind = "openai-compatible", string[]? models = null)
    {
        var made = await host.Admin.PostApiAsync("/providers", new
        {
            name = $"Vendor {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}",
            kind,
            base_url = vendor.Address,
            api_key = secret,
            models,
            allow_private = true,
        });
        return made.Id;
    }

    /// <summary>A vendor that knows certain keys, tells two models and a balance.</summary>
    private sealed class Vendor(WebApplication server) : IAsyncDisposable
    {
        private volatile string? _lastKey;

        public string Address => server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single() + "/v1";

        /// <summary>Of the last request that it answered.</summary>
        public string? LastKey => _lastKey;

        public static async Task<Vendor> StartAsync(params string[] keys)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            Microsoft.AspNetCore.Hosting.WebHostBuilderKestrelExtensions.UseKestrelCore(builder.WebHost);
            var server = builder.Build();
            var vendor = new Vendor(server);
            server.Urls.Add("http://127.0.0.1:0");
            server.Run(http => vendor.AnswerAsync(http, keys));
            await server.StartAsync();
            return vendor;
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private Task AnswerAsync(HttpContext http, string[] keys)
        {
            var key = http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
            if (!keys.Contains(key))
            {
                http.Response.StatusCode = 401;
                return Task.CompletedTask;
            }

            _lastKey = key;
            return http.Response.WriteAsync(http.Request.Path == "/v1/user/balance"
                ? """{"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"110.25"}]}"""
                : """{"data":[{"id":"alpha"},{"id":"beta"}]}""");
        }
    }
}

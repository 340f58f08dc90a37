using System.Net;
using System.Net.Sockets;
using System.Text;
using AiPortal.Core.Alerts;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Providers;

/// <summary>
/// Hundreds of odd addresses in every place that takes one, when they are saved and when they are used. Whoever listens on this machine
/// must not hear from the portal.
/// </summary>
public sealed class ServerSideRequestTests(UnreachingPortal portal) : IClassFixture<UnreachingPortal>
{
    private static readonly string[] Unresolved = ["ip6-localhost", "localhost.localdomain", "metadata.google.internal", "127.0.0.1.nip.io.invalid", "unix"];
    private static readonly string Secret = WebhookSecret.Make();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Provider_OddAddress_IsNeverDialled(bool allowPrivate)
    {
        var addresses = OddAddresses.All(portal.Canary.Port);
        Assert.True(addresses.Count >= 300, $"{addresses.Count} addresses");
        var (taken, accounts) = (new List<string>(), new List<ProviderAccount>());
        foreach (var (i, address) in addresses.Index())
        {
            var saved = await portal.Host.Admin.PostApiAsync("/providers", new { name = $"{allowPrivate} {i}", kind = "openai-compatible", base_url = address, api_key = "sk-secret", allow_private = allowPrivate });
            Assert.True(saved.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest or HttpStatusCode.Created, $"{address}: {saved.Status}");
            if (saved.Status == HttpStatusCode.Created) taken.Add(address);
            // Behind the check, as an older version or a changed name would have left it.
            accounts.Add(new ProviderAccount
            {
                Id = Ids.New(TimeProvider.System),
                OrganizationId = portal.Host.OrganizationId,
                Name = $"stored {allowPrivate} {i}",
                Kind = "openai-compatible",
                BaseUrl = address,
                Models = [$"odd-{allowPrivate}-{i}"],
                AllowPrivate = allowPrivate,
            });
        }

        await portal.StoreAsync(accounts);
        var probe = portal.Host.Services.GetRequiredService<ProviderProbe>();
        using var http = await portal.KeyAsync();
        await Parallel.ForEachAsync(accounts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (account, _) =>
        {
            using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(account.Models![0]), CancellationToken.None);
            Assert.True((int)answer.StatusCode is 502 or 504 or 404, $"{account.BaseUrl}: {answer.StatusCode}");
            if (Uri.TryCreate(account.BaseUrl, UriKind.Absolute, out var uri) && uri.Scheme.StartsWith("http", StringComparison.Ordinal)) Assert.False((await probe.RunAsync(account, CancellationToken.None)).Ok);
        });

        Assert.Equal(0, portal.Canary.Connections);
        // A name that does not resolve now may be saved; it is looked at whenever it is dialled.
        Assert.All(taken, address => Assert.Contains(new Uri(address).Host, Unresolved));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Webhook_OddAddress_IsNeverDialled(bool allowPrivate)
    {
        var masterKey = portal.Host.Services.GetRequiredService<SecretVault>();
        var sender = portal.Host.Services.GetRequiredService<WebhookSender>();
        var alert = new Alert { Id = Ids.New(TimeProvider.System), OrganizationId = portal.Host.OrganizationId, Occasion = "o", Title = "t", Message = "m" };
        await Parallel.ForEachAsync(OddAddresses.All(portal.Canary.Port), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (address, _) =>
        {
            var saved = await portal.Host.Admin.CallAsync(HttpMethod.Put, $"/organizations/{portal.Host.OrganizationId}/alerting", new { webhook_url = address, webhook_secret = Secret, webhook_allow_private = allowPrivate });
            Assert.True((int)saved.Status is 422 or 400 or 409 or 200, $"{address}: {saved.Status} {saved.Json}");
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) return;
            var channels = new AlertChannels { OrganizationId = portal.Host.OrganizationId, WebhookUrl = address, WebhookAllowPrivate = allowPrivate, MailRecipients = [] };
            channels.WebhookSecretCipher = WebhookSecret.Seal(masterKey, channels.OrganizationId, Secret);
            Assert.NotEqual(DeliveryOutcome.Done, await sender.SendAsync(channels, alert));
        });
        Assert.Equal(0, portal.Canary.Connections);
    }

    /// <summary>The first answer is harmless, each further one is this machine.</summary>
    [Fact]
    public async Task Name_ThatChangesItsMind_GainsNothing()
    {
        var asked = 0;
        var guard = new UpstreamAddressGuard([], (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Parse("93.184.216.34") : IPAddress.Loopback]));
        Assert.Null(await guard.RefusalAsync("rebinding.example", allowPrivate: false, default));
        await Assert.ThrowsAsync<AddressRefusedException>(async () => await guard.ConnectAsync(new DnsEndPoint("rebinding.example", portal.Canary.Port), false, default));

        var mixed = new UpstreamAddressGuard([], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Loopback, IPAddress.IPv6Loopback]));
        Assert.NotNull(await mixed.RefusalAsync("mixed.example", allowPrivate: false, default));
        await Assert.ThrowsAsync<AddressRefusedException>(async () => await mixed.ConnectAsync(new DnsEndPoint("mixed.example", portal.Canary.Port), true, default));
        Assert.Equal(0, portal.Canary.Connections);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::")]
    [InlineData("255.255.255.255")]
    public void Metadata_IsNeverAllowed_WhateverTheOperatorAllows(string address)
    {
        var open = new UpstreamAddressGuard([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);
        Assert.NotNull(open.Refusal(IPAddress.Parse(address), allowPrivate: true));
        Assert.Null(open.Refusal(IPAddress.Loopback, allowPrivate: true));
        Assert.NotNull(open.Refusal(IPAddress.Loopback, allowPrivate: false));
    }
}

/// <summary>A portal whose operator allows private addresses that are not this machine's, and a listener on all of this machine's.</summary>
public sealed class UnreachingPortal : IAsyncLifetime
{
    public PortalHost Host { get; } = new PortalHost().With("Portal:PrivateUpstreams", "203.0.113.0/24").With("Portal:Gateway:ConnectSeconds", "3");

    internal CanaryListener Canary { get; } = new();

    public Task InitializeAsync() => Host.InitializeAsync();

    public async Task DisposeAsync()
    {
        Canary.Dispose();
        await Host.DisposeAsync();
    }

    internal async Task StoreAsync(IReadOnlyList<ProviderAccount> accounts)
    {
        await using (var db = Host.Database.Portal.OpenSystem())
        {
            foreach (var account in accounts)
            {
                account.ApiKeyCipher = Host.Services.GetRequiredService<SecretVault>().Seal(Encoding.UTF8.GetBytes("sk-secret"), ProviderSecret.Context(account));
                db.Add(account);
            }

            await db.SaveChangesAsync();
        }

        var organization = $"/organizations/{Host.OrganizationId}";
        await Host.Admin.PatchApiAsync(organization, new { unpriced_model_policy = "ceiling", ceiling_price = 1m });
        await Host.Services.GetRequiredService<SnapshotStore>().ChangedAsync(default);
    }

    internal async Task<HttpClient> KeyAsync()
    {
        var key = await Host.Admin.PostApiAsync("/keys", new { name = "odd" });
        return Host.WithBearer(key.Text("key")!);
    }
}

/// <summary>Listens on every address of this machine and counts who comes.</summary>
internal sealed class CanaryListener : IDisposable
{
    private readonly TcpListener _listener = TcpListener.Create(0);
    private int _connections;

    public CanaryListener()
    {
        _listener.Start();
        _ = CountAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    public void Dispose() => _listener.Dispose();

    private async Task CountAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _connections);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using AiPortal.Tests.Federation;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace AiPortal.Tests.Access;

/// <summary>The portal's cookie: no forged one opens anything, a true one does on every node, and the keys behind it are sealed and replaced.</summary>
public sealed class SessionCookieTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    private const int Head = 20;
    private const int Tag = 32;

    [Fact]
    public async Task TenThousandForgeries_AreRefused()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var browser = new Walk(host.BaseUrl);
        await browser.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword);
        var real = browser.Session;
        var bytes = Base64Url.DecodeFromChars(real);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = host.BaseUrl };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, real));

        var other = Protected("AiPortal.SignIn.SecondStep", "a|b|c|d");
        var known = new List<string>
        {
            "", "null", real[..^1], real[..(real.Length / 2)], real[4..], other, Protected("Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationMiddleware", "not the cookie's own purpose"),
            Tagged(bytes, _ => 0), Tagged(bytes, _ => 255), Tagged(bytes, at => (byte)(bytes[at] ^ 255)), Base64Url.EncodeToString(bytes.AsSpan(..^Tag)), Base64Url.EncodeToString([.. bytes[..Head], .. new byte[bytes.Length - Head]]),
            Base64Url.EncodeToString([.. bytes[..4], .. new byte[16], .. bytes[Head..]]), Base64Url.EncodeToString([.. bytes, .. bytes[^Tag..]]), Base64Url.EncodeToString([.. bytes[..Head], .. bytes[^Tag..]]),
        };
        var forged = known.Concat(Enumerable.Range(0, 10_000).Select(_ => Forge(bytes, random))).Where(cookie => cookie != real).ToList();
        Assert.True(forged.Count >= 10_000);
        var taken = 0;
        await Parallel.ForEachAsync(forged, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (cookie, _) =>
        {
            if (await StatusAsync(client, cookie) != HttpStatusCode.Redirect) Interlocked.Increment(ref taken);
        });
        Assert.Equal(0, taken);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, real));
    }

    [Fact]
    public async Task ASession_SurvivesMovingToAnotherNode_AndEndsOnBoth()
    {
        await using var second = new Node(host.AnotherNode());
        await second.Host.InitializeAsync();
        using var here = new Walk(host.BaseUrl);
        await here.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword);
        using var there = new Walk(second.Host.BaseUrl) { Session = here.Session };
        Assert.Equal("/budgets", await there.FollowAsync("/budgets"));
        // A form of one node is taken by the other: its token is of the same ring.
        var page = await there.GetTextAsync("/change-password");
        Assert.NotNull(Walk.Value(page, "__RequestVerificationToken"));
        var gone = await there.SendFormAsync("/auth/sign-out", page, ("returnUrl", "/"));
        Assert.Equal("/sign-in", gone.To);
        Assert.StartsWith("/sign-in", await here.FollowAsync("/change-password"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheKeyRing_IsSealedAtRest_AndANewKeyLeavesOldSessionsAlone()
    {
        using var old = new Walk(host.BaseUrl);
        await old.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword);
        var keys = host.Services.GetRequiredService<IKeyManager>();
        var now = TimeProvider.System.GetUtcNow();
        var fresh = keys.CreateNewKey(now, now.AddDays(90));
        using var young = new Walk(host.BaseUrl);
        await young.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword);
        Assert.Equal(fresh.KeyId, KeyOf(young.Session));
        Assert.NotEqual(fresh.KeyId, KeyOf(old.Session));
        Assert.Equal("/budgets", await old.FollowAsync("/budgets"));

        await using (var second = new Node(host.AnotherNode()))
        {
            await second.Host.InitializeAsync();
            foreach (var walk in new[] { old, young })
            {
                using var there = new Walk(second.Host.BaseUrl) { Session = walk.Session };
                Assert.Equal("/budgets", await there.FollowAsync("/budgets"));
            }
        }

        var rows = await host.Database.ScalarAsync<string[]>("SELECT array_agg(xml) FROM data_protection_keys");
        Assert.True(rows.Length >= 2);
        foreach (var xml in rows)
        {
            Assert.Contains("MasterKeyDecryptor", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("<masterKey", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("<value", xml, StringComparison.Ordinal);
        }

        // Keys are replaced by themselves before they end.
        Assert.All(keys.GetAllKeys(), key => Assert.True(key.ExpirationDate - key.ActivationDate <= TimeSpan.FromDays(91)));
        Assert.True(host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<KeyManagementOptions>>().Value.AutoGenerateKeys);

        keys.RevokeKey(fresh.KeyId, "test");
        // The ring is read again behind the next request that needs it.
        await Eventually.HoldsAsync(async () => (await young.FollowAsync("/change-password")).StartsWith("/sign-in", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => "a cookie of the revoked key is still taken");
        Assert.Equal("/budgets", await old.FollowAsync("/budgets"));
    }

    [Fact]
    public void DataProtection_IsOfAVersionThatChecksItsTags() =>
        Assert.True(Environment.Version >= new Version(10, 0, 7) && typeof(IDataProtector).Assembly.GetName().Version >= new Version(10, 0), Environment.Version.ToString());

    private static Guid KeyOf(string cookie) => new(Base64Url.DecodeFromChars(cookie).AsSpan(4, 16));

    private static string Tagged(byte[] bytes, Func<int, byte> tag)
    {
        var forged = (byte[])bytes.Clone();
        for (var i = forged.Length - Tag; i < forged.Length; i++) forged[i] = tag(i);
        return Base64Url.EncodeToString(forged);
    }

    /// <summary>Another byte, another end, another tag, other contents under the true tag, or a made one with the true key's name.</summary>
    private static string Forge(byte[] bytes, Random random)
    {
        var forged = (byte[])bytes.Clone();
        switch (random.Next(5))
        {
            case 0:
                forged[random.Next(forged.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                return Base64Url.EncodeToString(bytes.AsSpan(0, random.Next(bytes.Length)));
            case 2:
                random.NextBytes(forged.AsSpan(forged.Length - random.Next(1, Tag + 1)));
                break;
            case 3:
                random.NextBytes(forged.AsSpan(Head, forged.Length - Head - Tag));
                break;
            default:
                forged = [.. bytes[..Head], .. RandomNumberGenerator.GetBytes(16 * random.Next(1, 20)), .. new byte[Tag]];
                break;
        }

        return Base64Url.EncodeToString(forged);
    }

    private string Protected(string purpose, string text) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector(purpose).Protect(text);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/change-password");
        request.Headers.TryAddWithoutValidation("Cookie", "aiportal.session=" + cookie);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private sealed class Node(PortalHost node) : IAsyncDisposable
    {
        public PortalHost Host => node;

        public async ValueTask DisposeAsync() => await node.DisposeAsync();
    }
}

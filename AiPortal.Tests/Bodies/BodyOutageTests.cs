using System.Net;
using AiPortal.Core.Bodies;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Bodies;

public sealed class BodyOutageTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private const string DroppedForTheDatabase = "aiportal_call_bodies_dropped_total{reason=\"database\"}";

    [Fact]
    public async Task Database_Away_CallsGoOnAndDropsAreCounted()
    {
        await gateway.KeepBodiesAsync();
        var (key, client) = await gateway.IssueKeyAsync();
        await gateway.KeptAsync(await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2))));
        var before = await gateway.MetricAsync(DroppedForTheDatabase);

        await gateway.Portal.Database.CutAsync();
        try
        {
            gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2)));
            using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat());
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await GatewayHost.UntilAsync(async () => await gateway.MetricAsync(DroppedForTheDatabase) > before, () => "no drop was counted");
        }
        finally
        {
            await gateway.Portal.Database.RestoreAsync();
        }

        Assert.Equal(2, (await gateway.EntriesAsync(key, 2)).Count);
        Assert.Empty(await gateway.VerifyAsync());
        await gateway.KeptAsync(await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2))));
    }

    [Fact]
    public void Memory_Full_DropsTheBodyAndGivesBackWhatItHad()
    {
        var memory = new BodyMemory(40 * 1024);
        var options = new BodyOptions { QueueBytes = 40 * 1024 };
        var policy = new BodyPolicy(30, BodyPolicy.AllRedactions);
        var (first, second) = (Capture(), Capture());

        first.KeepRequest(new(new byte[20_000]));
        second.KeepRequest(new(new byte[20_000]));
        Assert.False(first.IsLost);
        Assert.True(second.IsLost);
        first.Dispose();
        second.Dispose();
        Assert.True(memory.TryTake(40 * 1024));

        BodyCapture Capture() => new(Guid.Empty, Guid.Empty, default, policy, memory, options);
    }

    [Fact]
    public void Ciphertext_MovedToAnotherCall_DoesNotOpen()
    {
        var key = new SecretVault(MasterKey.Make().Key);
        var seal = new BodySeal(key);
        var (organization, call, other) = (Guid.Parse("00000000-0000-0000-0000-000000000001"), Guid.Parse("00000000-0000-0000-0000-000000000002"), Guid.Parse("00000000-0000-0000-0000-000000000003"));
        var box = seal.Close("words"u8, organization, call, BodyPart.Request);

        Assert.Equal("words", seal.Open(box, organization, call, BodyPart.Request));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => seal.Open(box, organization, other, BodyPart.Request));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => seal.Open(box, other, call, BodyPart.Request));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => seal.Open(box, organization, call, BodyPart.Response));
    }
}

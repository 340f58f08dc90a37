using System.Text;
using System.Text.Json;
using AiPortal.Core.Alerts;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Providers;

namespace AiPortal.Tests.Alerts;

/// <summary>What the outbox promises whatever the receiver does: nothing lost, the same event under the same id.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    // One each: an outbox knows no tests.
    private readonly TestDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Receiver_FailsHangsIsDownAndComesBack_GetsTheSameEvent()
    {
        var rig = new DeliveryRig(_database);
        var receiver = await WebhookReceiver.StartAsync();
        await rig.SetWebhookAsync(receiver.Url);
        await rig.RaiseAsync("a");
        using var node = rig.Node(patience: 3);
        foreach (var answer in (int[])[500, 0, 302]) receiver.Answers.Enqueue(answer);

        for (var failed = 1; failed <= 3; failed++)
        {
            await DeliveryRig.PassAsync(node);
            await DeliveryRig.PassAsync(node);
            Assert.Equal((DeliveryStatus.Pending, failed), await OnlyAsync(rig));
            rig.Advance(TimeSpan.FromHours(1));
        }

        var (events, address) = (receiver.Events.ToArray(), receiver.Url);
        await receiver.DisposeAsync();
        await DeliveryRig.PassAsync(node);
        Assert.Equal((DeliveryStatus.Pending, 4), await OnlyAsync(rig));
        rig.Advance(TimeSpan.FromHours(24));
        await using var back = await WebhookReceiver.StartAsync(address.GetLeftPart(UriPartial.Authority));
        await DeliveryRig.PassAsync(node);
        rig.Advance(TimeSpan.FromHours(24));
        await DeliveryRig.PassAsync(node);

        Assert.Equal((DeliveryStatus.Delivered, 4), await OnlyAsync(rig));
        var last = Assert.Single(back.Events);
        Assert.Equal(3, events.Length);
        Assert.All(events, earlier => Assert.Equal((last.Id, Convert.ToHexString(last.Body)), (earlier.Id, Convert.ToHexString(earlier.Body))));
        Assert.True(last.IsSignedBy(rig.Secret, rig.GetUtcNow().AddHours(-24)));
        Assert.False(last.IsSignedBy(rig.Secret, rig.GetUtcNow()), "an old timestamp is refused");
        Assert.False(last.IsSignedBy(WebhookSecret.Make(), rig.GetUtcNow().AddHours(-24)));
        var json = JsonDocument.Parse(last.Body).RootElement;
        Assert.Equal(("budget.warning", "预算 a", last.Id), (json.GetProperty("type").GetString(), json.GetProperty("data").GetProperty("title").GetString(), json.GetProperty("data").GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Receiver_Redirects_IsNotFollowedAndAskedAgainItself(int status)
    {
        var rig = new DeliveryRig(_database);
        using var canary = new CanaryListener();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Elsewhere = new Uri($"http://127.0.0.1:{canary.Port}/hook");
        receiver.Answers.Enqueue(status);
        await rig.SetWebhookAsync(receiver.Url);
        await rig.RaiseAsync("a");
        using var node = rig.Node();

        await DeliveryRig.PassAsync(node);
        Assert.Contains($"redirect ({status})", Assert.Single(await rig.DeliveriesAsync()).LastError, StringComparison.Ordinal);
        rig.Advance(TimeSpan.FromHours(1));
        await DeliveryRig.PassAsync(node);

        Assert.Equal(DeliveryStatus.Delivered, (await OnlyAsync(rig)).Status);
        Assert.Equal(2, receiver.Events.Count);
        Assert.Equal(0, canary.Connections);
    }

    [Fact]
    public async Task Receiver_DownForDays_DeliveryIsDeadAndKept()
    {
        var rig = new DeliveryRig(_database);
        await rig.SetWebhookAsync(new Uri("http://127.0.0.1:9/"));
        await rig.RaiseAsync("a");
        using var node = rig.Node();
        var began = rig.GetUtcNow();
        DateTimeOffset dead = default;
        for (var hour = 0; dead == default; hour++)
        {
            Assert.True(hour < 24 * 14);
            await DeliveryRig.PassAsync(node);
            if ((await OnlyAsync(rig)).Status == DeliveryStatus.Dead) dead = rig.GetUtcNow();
            rig.Advance(TimeSpan.FromHours(1));
        }

        Assert.InRange(dead - began, TimeSpan.FromHours(72), TimeSpan.FromDays(5));
        Assert.Contains("cannot be reached", Assert.Single(await rig.DeliveriesAsync()).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_FourOnOneOutbox_DeliverEachEventOnce()
    {
        var rig = new DeliveryRig(_database);
        await using var receiver = await WebhookReceiver.StartAsync();
        await rig.SetWebhookAsync(receiver.Url);
        for (var i = 0; i < 60; i++) await rig.RaiseAsync($"event {i}");
        AlertDispatch[] nodes = [rig.Node(), rig.Node(), rig.Node(), rig.Node()];

        await Task.WhenAll(nodes.Select(async node =>
        {
            while ((await rig.DeliveriesAsync()).Exists(delivery => delivery is { Status: DeliveryStatus.Pending, Attempts: 0 })) await DeliveryRig.PassAsync(node);
        }));

        Assert.Equal(60, receiver.Events.Count);
        Assert.Equal(60, receiver.Events.Select(received => received.Id).Distinct().Count());
        foreach (var node in nodes) node.Dispose();
    }

    [Fact]
    public async Task Node_KilledFiftyTimesWithTheDeliveryInHand_LosesNothing()
    {
        var rig = new DeliveryRig(_database);
        await using var receiver = await WebhookReceiver.StartAsync();
        await rig.SetWebhookAsync(receiver.Url);
        await rig.RaiseAsync("a");
        for (var kill = 0; kill < 50; kill++)
        {
            Assert.NotNull(await rig.Queue().ClaimAsync([], default));
            Assert.Null(await rig.Queue().ClaimAsync([], default));
            rig.Advance(TimeSpan.FromSeconds(61));
        }

        using var node = rig.Node();
        await DeliveryRig.PassAsync(node);

        Assert.Equal((DeliveryStatus.Delivered, 0), await OnlyAsync(rig));
        Assert.Single(receiver.Events);
    }

    [Fact]
    public async Task Receiver_SaysItIsGone_GetsNothingMore()
    {
        var rig = new DeliveryRig(_database);
        await using var receiver = await WebhookReceiver.StartAsync();
        await rig.SetWebhookAsync(receiver.Url);
        receiver.Answers.Enqueue(410);
        await rig.RaiseAsync("a");
        using var node = rig.Node();
        await DeliveryRig.PassAsync(node);
        await rig.RaiseAsync("b");
        await DeliveryRig.PassAsync(node);

        Assert.Equal((DeliveryStatus.Dead, 1), await OnlyAsync(rig));
        Assert.Single(receiver.Events);
    }

    [Fact]
    public async Task Mail_RefusedForNowThenTaken_OneRefusedForGood_EachByItself()
    {
        var rig = new DeliveryRig(_database);
        using var sink = new SmtpSink();
        await rig.SetWebhookAsync(new Uri("http://127.0.0.1:9/"), "a@example.com", "b@example.com");
        await rig.RaiseAsync("x");
        using var node = rig.Node(new SmtpOptions("127.0.0.1", sink.Port, SmtpTls.None, "user", "pass", "portal@example.com"));
        foreach (var code in (int[])[450, 550]) sink.Recipients.Enqueue(code);

        await DeliveryRig.PassAsync(node);
        rig.Advance(TimeSpan.FromMinutes(1));
        await DeliveryRig.PassAsync(node);

        var mails = (await rig.DeliveriesAsync()).Where(delivery => delivery.Channel == AlertChannel.Mail).ToList();
        Assert.Equal([DeliveryStatus.Delivered, DeliveryStatus.Dead], mails.Select(mail => mail.Status).Order());
        var mail = Assert.Single(sink.Mails);
        var taken = mails.Single(delivery => delivery.Status == DeliveryStatus.Delivered);
        Assert.Equal(("user", $"RCPT TO:<{taken.Target}>", "MAIL FROM:<portal@example.com>"), (mail.SignedInAs, mail.To, mail.From));
        Assert.Contains($"Message-ID: <{taken.Id}@example.com>", mail.Data, StringComparison.Ordinal);
        Assert.Contains($"Subject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("预算 x"))}?=", mail.Data, StringComparison.Ordinal);
        Assert.All(mail.Data, c => Assert.True(char.IsAscii(c)));
        Assert.Contains("Auto-Submitted: auto-generated", mail.Data, StringComparison.Ordinal);
    }

    private static async Task<(DeliveryStatus Status, int Attempts)> OnlyAsync(DeliveryRig rig)
    {
        var delivery = Assert.Single(await rig.DeliveriesAsync());
        return (delivery.Status, delivery.Attempts);
    }
}

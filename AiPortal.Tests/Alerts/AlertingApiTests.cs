using System.Globalization;
using System.Net;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Tests.Alerts;

/// <summary>A portal with a mail server.</summary>
public sealed class MailingHost : IAsyncLifetime
{
    public PortalHost Portal { get; } = new();

    internal SmtpSink Sink { get; } = new();

    public Task InitializeAsync()
    {
        Portal.With("Portal:Smtp:Host", "127.0.0.1").With("Portal:Smtp:Port", Sink.Port.ToString(CultureInfo.InvariantCulture))
            .With("Portal:Smtp:Tls", "none").With("Portal:Smtp:From", "portal@example.com");
        return Portal.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Portal.DisposeAsync();
        Sink.Dispose();
    }
}

public sealed class AlertingApiTests(MailingHost host) : IClassFixture<MailingHost>
{
    private readonly PortalHost _portal = host.Portal;

    private string Path => $"/organizations/{_portal.OrganizationId}/alerting";

    [Fact]
    public async Task Alert_WithReceiversSet_ReachesEachOnceAndSaysSo()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var secret = WebhookSecret.Make();
        var set = await PutAsync(new { webhook_url = receiver.Url, webhook_secret = secret, webhook_allow_private = true, mail_recipients = new[] { "finance@example.com" } });
        Assert.Equal(HttpStatusCode.OK, set.Status);
        var team = await _portal.TeamAsync();
        var budget = await _portal.BudgetAsync(team, 1m);

        await _portal.SpendAsync(team, 0.85m);
        var alert = Assert.Single(await _portal.AlertsAsync(budget)).GetProperty("id").GetString();
        await GatewayHost.UntilAsync(async () => (await _portal.Admin.GetApiAsync($"/cost/alerts/deliveries?status=delivered&alert_id={alert}")).Data.Count() == 2, () => "two deliveries");

        var received = Assert.Single(receiver.Events);
        Assert.True(received.IsSignedBy(secret, TimeProvider.System.GetUtcNow()));
        Assert.Contains("finance@example.com", Assert.Single(host.Sink.Mails).To, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, (await _portal.Admin.GetApiAsync(Path)).Json.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret[6..], (await _portal.Admin.GetApiAsync("/audit")).Json.GetRawText(), StringComparison.Ordinal);

        // A new secret signs beside the old one for a day.
        var next = WebhookSecret.Make();
        await PutAsync(new { webhook_secret = next });
        var test = await _portal.Admin.PostApiAsync(Path + "/test", null);
        Assert.All(test.Data, result => Assert.True(result.GetProperty("ok").GetBoolean()));
        var both = receiver.Events.Last();
        Assert.True(both.IsSignedBy(secret, TimeProvider.System.GetUtcNow()) && both.IsSignedBy(next, TimeProvider.System.GetUtcNow()));
        await PutAsync(new { webhook_url = (string?)null, mail_recipients = Array.Empty<string>() });
    }

    [Fact]
    public async Task Delivery_GivenUp_IsListedAndSentAgain()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answers.Enqueue(410);
        await PutAsync(new { webhook_url = receiver.Url, webhook_secret = WebhookSecret.Make(), webhook_allow_private = true, mail_recipients = Array.Empty<string>() });
        var team = await _portal.TeamAsync();
        var budget = await _portal.BudgetAsync(team, 1m);
        await _portal.SpendAsync(team, 0.85m);
        var alert = Assert.Single(await _portal.AlertsAsync(budget)).GetProperty("id").GetString();
        ApiAnswer dead = null!;
        await GatewayHost.UntilAsync(async () => (dead = await _portal.Admin.GetApiAsync($"/cost/alerts/deliveries?status=dead&alert_id={alert}")).Data.Any(), () => "a dead delivery");
        Assert.NotNull((await _portal.Admin.GetApiAsync(Path)).Text("webhook_gone_at"));

        var replayed = await _portal.Admin.PostApiAsync($"/cost/alerts/deliveries/{dead.Data.Single().GetProperty("id").GetString()}/replay", null);
        await GatewayHost.UntilAsync(() => Task.FromResult(receiver.Events.Count == 2), () => "the second event");

        Assert.Equal("pending", replayed.Text("status"));
        Assert.Single(receiver.Events.Select(received => received.Id).Distinct());
        await PutAsync(new { webhook_url = (string?)null });
    }

    [Theory]
    [InlineData("""{"webhook_url":"https://hooks.example.com/x"}""", "webhook_secret")]
    [InlineData("""{"webhook_url":"https://hooks.example.com/x","webhook_secret":""}""", "webhook_secret")]
    [InlineData("""{"webhook_url":"https://hooks.example.com/x","webhook_secret":"whsec_"}""", "webhook_secret")]
    [InlineData("""{"webhook_url":"https://hooks.example.com/x","webhook_secret":"whsec_c2hvcnQ="}""", "webhook_secret")]
    [InlineData("""{"webhook_url":"http://93.184.216.34/x","webhook_secret":"SECRET"}""", "webhook_url")]
    [InlineData("""{"webhook_url":"https://127.0.0.1/x","webhook_secret":"SECRET"}""", "webhook_url")]
    [InlineData("""{"webhook_url":"https://2130706433/x","webhook_secret":"SECRET"}""", "webhook_url")]
    [InlineData("""{"webhook_url":"https://[::ffff:127.0.0.1]/x","webhook_secret":"SECRET"}""", "webhook_url")]
    [InlineData("""{"webhook_url":"https://169.254.169.254/x","webhook_secret":"SECRET","webhook_allow_private":true}""", "webhook_url")]
    [InlineData("""{"webhook_url":"https://10.0.0.1/x","webhook_secret":"SECRET","webhook_allow_private":true}""", "webhook_url")]
    [InlineData("""{"webhook_url":"https://user:pass@hooks.example.com/x","webhook_secret":"SECRET"}""", "webhook_url")]
    [InlineData("""{"webhook_url":"ftp://hooks.example.com/x","webhook_secret":"SECRET"}""", "webhook_url")]
    [InlineData("""{"mail_recipients":["not a mail address"]}""", "mail_recipients")]
    [InlineData("""{"mail_recipients":["a@example.com\r\nRCPT TO:<b@example.com>"]}""", "mail_recipients")]
    [InlineData("""{"mail_recipients":["a@example.com","A@example.com"]}""", "mail_recipients")]
    [InlineData("""{"webhook_uri":"https://hooks.example.com/x"}""", "webhook_uri")]
    public async Task Put_BadMember_IsRefusedByName(string body, string field)
    {
        var answer = await _portal.Admin.CallAsync(HttpMethod.Put, Path, body.Replace("SECRET", WebhookSecret.Make(), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
    }

    [Fact]
    public async Task Put_ByOthers_IsRefused()
    {
        var (stranger, _) = await _portal.StrangerAsync();
        using var client = stranger;
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync(HttpMethod.Put, Path, "{}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetApiAsync(Path)).Status);
        Assert.Empty((await client.GetApiAsync("/cost/alerts/deliveries")).Data);
    }

    private Task<ApiAnswer> PutAsync(object body) => _portal.Admin.CallAsync(HttpMethod.Put, Path, body);
}

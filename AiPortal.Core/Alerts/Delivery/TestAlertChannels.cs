using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>What a receiver made of a test; <c>Error</c> is null where it took it.</summary>
public sealed record ChannelTest(AlertChannel Channel, string Target, bool Ok, string? Error);

/// <summary>Sends a made-up alert to every receiver at once and says what became of it; nothing of it is kept.</summary>
public sealed class TestAlertChannels(ChangeGate gate, WebhookSender webhooks, MailSender mails, TimeProvider clock)
{
    public async Task<Outcome<IReadOnlyList<ChannelTest>>> RunAsync(Actor actor, Guid organizationId, CancellationToken token = default)
    {
        var found = await gate.RunAsync<AlertChannels>(actor, organizationId, Permission.ManageOrganization, "alerting.test", async scope =>
        {
            var row = await scope.Db.Set<AlertChannels>().AsNoTracking().SingleOrDefaultAsync(token);
            if (row is null || (row.WebhookUrl is null && row.MailRecipients.Length == 0)) return Refusal.Conflict("no_receiver", "Neither a webhook nor a mail recipient is set.");
            scope.Audit(new AuditNote("alerting.test", "alerting", row.Id, null));
            return row;
        }, token);
        if (found.Refusal is { } refusal) return refusal;
        var (channels, alert) = (found.Value, Sample(organizationId));
        var tests = channels.MailRecipients.Select(to => TestAsync(AlertChannel.Mail, to, mails.SendAsync(Ids.New(clock), to, alert))).ToList();
        if (channels.WebhookUrl is not null) tests.Insert(0, TestAsync(AlertChannel.Webhook, "", webhooks.SendAsync(channels, alert)));
        return await Task.WhenAll(tests);
    }

    private static async Task<ChannelTest> TestAsync(AlertChannel channel, string target, Task<DeliveryOutcome> sending)
    {
        var outcome = await sending;
        return new ChannelTest(channel, target, outcome.Ok, outcome.Error);
    }

    private Alert Sample(Guid organizationId) => new()
    {
        Id = Ids.New(clock),
        OrganizationId = organizationId,
        CreatedAt = clock.GetUtcNow(),
        Type = AlertType.Threshold,
        Occasion = "test",
        Title = "Test of the alerting",
        Message = "This alert is a test: no budget has passed a threshold.",
    };
}

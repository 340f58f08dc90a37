using System.Net.Sockets;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>Sets where an organization's alerts go. A replaced secret signs along for a day.</summary>
public sealed class ChangeAlertChannels(ChangeGate gate, UpstreamAddressGuard guard, SecretVault vault, MailSender mails, TimeProvider clock)
{
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="overlay">Gives the draft as it shall be from the draft as it is.</param>
    public async Task<Outcome<AlertChannels>> RunAsync(
        Actor actor, Guid organizationId, Func<AlertChannelsDraft, Outcome<AlertChannelsDraft>> overlay, CancellationToken token = default) =>
        await gate.RunAsync<AlertChannels>(actor, organizationId, Permission.ManageOrganization, "alerting.change", async scope =>
        {
            var row = await scope.Db.Set<AlertChannels>().SingleOrDefaultAsync(token);
            var before = AlertChannelsDraft.Of(row);
            var overlaid = overlay(before);
            if (overlaid.Refusal is { } unread) return unread;
            var draft = overlaid.Value;
            var faults = new FieldFaults();
            draft.Check(faults, row?.WebhookSecretCipher is not null, mails.IsAvailable);
            if (!faults.Any && await AddressFaultAsync(draft, token) is { } fault) faults.Add("webhook_url", fault);
            if (faults.Any) return faults.ToRefusal();

            if (row is null) scope.Db.Add(row = new AlertChannels { Id = Ids.New(clock), OrganizationId = organizationId });
            Write(row, draft);
            scope.Audit(new AuditNote("alerting.change", "alerting", row.Id, null, before, draft with { WebhookSecret = null }));
            return row;
        }, token);

    private void Write(AlertChannels row, AlertChannelsDraft draft)
    {
        row.WebhookUrl = draft.WebhookUrl;
        row.WebhookAllowPrivate = draft.WebhookAllowPrivate;
        row.WebhookGoneAt = null;
        row.MailRecipients = [.. draft.MailRecipients];
        if (draft.WebhookUrl is null)
        {
            (row.WebhookSecretCipher, row.PreviousSecretCipher, row.PreviousUntil) = (null, null, null);
        }
        else if (draft.WebhookSecret is { } secret)
        {
            row.PreviousSecretCipher = row.WebhookSecretCipher;
            row.PreviousUntil = row.WebhookSecretCipher is null ? null : clock.GetUtcNow() + Overlap;
            row.WebhookSecretCipher = WebhookSecret.Seal(vault, row.OrganizationId, secret);
        }
    }

    /// <summary>A name that does not resolve now passes: what it resolves to is checked whenever it is dialled.</summary>
    private async Task<string?> AddressFaultAsync(AlertChannelsDraft draft, CancellationToken token)
    {
        if (draft.WebhookUrl is null) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        try
        {
            return await guard.RefusalAsync(new Uri(draft.WebhookUrl).IdnHost, draft.WebhookAllowPrivate, patience.Token) is { } reason ? $"This address is not allowed: {reason}." : null;
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException || (fault is OperationCanceledException && !token.IsCancellationRequested))
        {
            return null;
        }
    }
}

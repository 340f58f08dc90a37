using AiPortal.Access;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Alerts.Channels;

/// <summary>Where alerts go besides the portal: a signed webhook, mail addresses. A new webhook's secret is made here and shown once.</summary>
public sealed partial class ChannelsDialog
{
    private static readonly string[] Shown = ["webhook_url", "webhook_secret", "mail_recipients"];
    private Faults _faults = Faults.None;
    private IReadOnlyList<ChannelTest>? _tests;
    private IReadOnlyList<string> _mails = [];
    private string? _url;
    private string? _secret;
    private bool _private;
    private bool _renew;
    private bool _hasSecret;
    private bool _gone;
    private bool _saved;
    private bool _filled;
    private bool _busy;

    [Inject] internal IStringLocalizer<AlertsText> Text { get; init; } = default!;

    [Inject] internal DeliveryList Deliveries { get; init; } = default!;

    [Inject] internal ChangeAlertChannels Change { get; init; } = default!;

    [Inject] internal TestAlertChannels Test { get; init; } = default!;

    [Inject] internal MailSender Mails { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    internal static Task ShowAsync(DialogService dialogs, string title) => dialogs.OpenAsync<ChannelsDialog>(title, null, FormDialog.Wide(560));

    protected override async Task OnInitializedAsync()
    {
        var (_, organization) = await Current.HereAsync();
        var row = await Deliveries.ChannelsAsync(organization);
        (_url, _private, _mails) = (row?.WebhookUrl, row?.WebhookAllowPrivate ?? false, row?.MailRecipients ?? []);
        (_hasSecret, _gone) = (row?.WebhookSecretCipher is not null, row?.WebhookGoneAt is not null);
        _saved = row is { WebhookUrl: not null } or { MailRecipients.Length: > 0 };
        _filled = true;
    }

    private async Task SaveAsync()
    {
        if (_busy || !_filled) return;
        _busy = true;
        var (actor, organization) = await Current.HereAsync();
        var url = string.IsNullOrWhiteSpace(_url) ? null : _url.Trim();
        var secret = url is not null && (_renew || !_hasSecret) ? WebhookSecret.Make() : null;
        var outcome = await Change.RunAsync(actor, organization, _ => new AlertChannelsDraft
        {
            WebhookUrl = url,
            WebhookSecret = secret,
            WebhookAllowPrivate = _private,
            MailRecipients = _mails,
        });
        _busy = false;
        _faults = Faults.Of(outcome.Refusal, Text, Shown);
        if (outcome.IsRefused) return;
        if (secret is null) Dialogs.Close(true);
        else _secret = secret;
    }

    /// <summary>As they are saved, whatever is in the fields.</summary>
    private async Task TestAsync()
    {
        if (_busy) return;
        _busy = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Test.RunAsync(actor, organization);
        _busy = false;
        _faults = Faults.Of(outcome.Refusal, Text, Shown);
        _tests = outcome.IsRefused ? null : outcome.Value;
    }
}

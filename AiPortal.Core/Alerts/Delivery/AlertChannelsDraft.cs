using System.Net.Mail;
using AiPortal.Core.Data;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>Where alerts shall go.</summary>
public sealed record AlertChannelsDraft
{
    private const int MostRecipients = 20;

    /// <summary>Null: no webhook.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Null: the secret stays as it is.</summary>
    public string? WebhookSecret { get; init; }

    public bool WebhookAllowPrivate { get; init; }

    public IReadOnlyList<string> MailRecipients { get; init; } = [];

    public static AlertChannelsDraft Of(AlertChannels? channels) => channels is null ? new() : new()
    {
        WebhookUrl = channels.WebhookUrl,
        WebhookAllowPrivate = channels.WebhookAllowPrivate,
        MailRecipients = channels.MailRecipients,
    };

    internal void Check(FieldFaults faults, bool hasSecret, bool hasMail)
    {
        if (WebhookUrl is { } url && UrlFault(url) is { } fault) faults.Add("webhook_url", fault);
        if (WebhookSecret is not null && !Delivery.WebhookSecret.TryRead(WebhookSecret, out _))
            faults.Add("webhook_secret", "Must be whsec_ and base64 of 24 to 64 random bytes.");
        else if (WebhookUrl is not null && WebhookSecret is null && !hasSecret)
            faults.Add("webhook_secret", "A webhook needs a secret, else its receiver cannot tell who calls: whsec_ and base64 of 24 to 64 random bytes.");
        faults.Require(MailRecipients.Count <= MostRecipients, "mail_recipients", $"At most {MostRecipients}.");
        faults.Require(MailRecipients.All(IsAddress), "mail_recipients", "Each must be a mail address.");
        faults.Require(MailRecipients.Distinct(StringComparer.OrdinalIgnoreCase).Count() == MailRecipients.Count, "mail_recipients", "Each only once.");
        faults.Require(hasMail || MailRecipients.Count == 0, "mail_recipients", "The portal has no mail server: its operator sets Portal:Smtp:Host and Portal:Smtp:From.");
    }

    private string? UrlFault(string url)
    {
        if (url.Length > 1000) return "At most 1000 characters.";
        if (url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\') || !Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Host.Length == 0)
            return "Must be an absolute https address.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) return "Must hold neither user nor fragment.";
        return uri.Scheme == Uri.UriSchemeHttp && !WebhookAllowPrivate ? "Must be https; http is for private addresses with webhook_allow_private." : null;
    }

    private static bool IsAddress(string text) =>
        text.Length <= 254 && text.All(c => c is > ' ' and < '\x7f' and not ('<' or '>' or '"' or '(' or ')' or ',' or ';' or ':' or '\\'))
        && MailAddress.TryCreate(text, out var address) && address.Address == text;
}

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>How a mail server is spoken to.</summary>
public enum SmtpTls { StartTls, Implicit, None }

/// <summary>The operator's mail server.</summary>
/// <param name="From">The sender's address.</param>
public sealed record SmtpOptions(string Host, int Port, SmtpTls Tls, string? User, string? Password, string From);

/// <summary>What the operator decides about deliveries.</summary>
public sealed record AlertingOptions
{
    /// <summary>Null: no mail is sent.</summary>
    public SmtpOptions? Smtp { get; init; }

    public TimeSpan WebhookPatience { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan MailPatience { get; init; } = TimeSpan.FromSeconds(30);
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Alerts;

/// <summary>Where an organization's alerts go; at most one row an organization.</summary>
public sealed class AlertChannels : TenantRow
{
    public string? WebhookUrl { get; set; }

    /// <summary>Encrypted under the master key, bound to the organization; there whenever the address is.</summary>
    public byte[]? WebhookSecretCipher { get; set; }

    /// <summary>The secret before, which signs too until <see cref="PreviousUntil"/>.</summary>
    public byte[]? PreviousSecretCipher { get; set; }

    public DateTimeOffset? PreviousUntil { get; set; }

    /// <summary>Lets the address be private, within <c>Portal:PrivateUpstreams</c>.</summary>
    public bool WebhookAllowPrivate { get; set; }

    /// <summary>When the receiver answered 410; nothing is sent until the webhook is set anew.</summary>
    public DateTimeOffset? WebhookGoneAt { get; set; }

    public string[] MailRecipients { get; set; } = [];
}

/// <summary>How a delivery travels.</summary>
public enum AlertChannel { Webhook, Mail }

/// <summary>What became of a delivery.</summary>
public enum DeliveryStatus
{
    Pending,
    Delivered,

    /// <summary>Given up; it can be sent again by hand.</summary>
    Dead,
}

/// <summary>One alert on its way to one receiver; made with the alert, in the same transaction.</summary>
public sealed class AlertDelivery : TenantRow
{
    public Guid AlertId { get; set; }

    public AlertChannel Channel { get; set; }

    /// <summary>A mail address; empty for the webhook.</summary>
    public required string Target { get; set; }

    public DeliveryStatus Status { get; set; }

    /// <summary>How many have failed.</summary>
    public int Attempts { get; set; }

    /// <summary>When it is tried next; while a node tries it, when another may.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>Drawn by the node that tries it now.</summary>
    public Guid? Claim { get; set; }

    public string? LastError { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }
}

internal sealed class AlertChannelsMapping : IEntityTypeConfiguration<AlertChannels>, IEntityTypeConfiguration<AlertDelivery>
{
    public void Configure(EntityTypeBuilder<AlertChannels> builder)
    {
        builder.ToTable("alert_channels");
        builder.Property(c => c.WebhookUrl).HasMaxLength(1000);
        builder.HasIndex(c => c.OrganizationId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<AlertDelivery> builder)
    {
        builder.ToTable("alert_deliveries");
        builder.Property(d => d.Target).HasMaxLength(320);
        builder.Property(d => d.LastError).HasMaxLength(500);
        builder.HasIndex(d => d.DueAt).HasFilter("status = 'pending'");
        builder.HasIndex(d => new { d.OrganizationId, d.CreatedAt, d.Id }).IsDescending(false, true, true);
        builder.HasIndex(d => d.AlertId);
    }
}

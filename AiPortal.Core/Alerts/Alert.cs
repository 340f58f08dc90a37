using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertType
{
    /// <summary>A budget passed its warning threshold.</summary>
    QuotaWarning,

    /// <summary>A budget passed its critical threshold, or all of it is used.</summary>
    QuotaExceeded,
    BudgetWarning,
    BudgetExceeded,
    Anomaly,
    Threshold,

    /// <summary>Calls were let through for which no price is in force.</summary>
    ModelUnpriced,

    /// <summary>A virtual key ends soon.</summary>
    KeyExpiring,

    /// <summary>A provider's credential ends soon.</summary>
    CredentialExpiring,

    /// <summary>Keys work that nobody has used for a month.</summary>
    KeysIdle,
}

/// <summary>How much an alert matters.</summary>
public enum AlertSeverity { Warning, Critical }

/// <summary>
/// Something a person should know. What it says never changes; <see cref="ReadAt"/>, <see cref="ResolvedAt"/> and
/// <see cref="RearmedAt"/> say what became of it.
/// </summary>
public sealed class Alert : TenantRow
{
    public AlertType Type { get; set; }

    public AlertSeverity Severity { get; set; }

    /// <summary>What happened, as a key: until it is armed anew, one alert stands for it and no second one is made.</summary>
    public required string Occasion { get; set; }

    /// <summary>English.</summary>
    public required string Title { get; set; }

    /// <summary>English.</summary>
    public required string Message { get; set; }

    public Guid? BudgetId { get; set; }

    public string? BudgetName { get; set; }

    /// <summary>Which limit of the budget.</summary>
    public PeriodType? PeriodType { get; set; }

    public DateTimeOffset? PeriodStart { get; set; }

    /// <summary>Null for a budget that never begins anew.</summary>
    public DateTimeOffset? PeriodEnd { get; set; }

    /// <summary>The fraction of the limit that was passed.</summary>
    public decimal? Threshold { get; set; }

    /// <summary>The limit then, in the budget's unit.</summary>
    public decimal? LimitAmount { get; set; }

    /// <summary>What was used then, in the budget's unit.</summary>
    public decimal? UsedAmount { get; set; }

    /// <summary>What the amounts are in; null where there are none.</summary>
    public CountedUnit? Unit { get; set; }

    public string? ModelName { get; set; }

    public DateTimeOffset? ReadAt { get; set; }

    public string? ReadBy { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public string? ResolvedBy { get; set; }

    /// <summary>From then on the same occasion raises a new alert.</summary>
    public DateTimeOffset? RearmedAt { get; set; }
}

internal sealed class AlertMapping : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.ToTable("alerts");
        builder.Property(a => a.LimitAmount).HasPrecision(28, 12);
        builder.Property(a => a.UsedAmount).HasPrecision(28, 12);
        builder.Property(a => a.Occasion).HasMaxLength(300);
        builder.Property(a => a.Title).HasMaxLength(300);
        builder.Property(a => a.Message).HasMaxLength(1000);
        builder.Property(a => a.BudgetName).HasMaxLength(200);
        builder.Property(a => a.ModelName).HasMaxLength(300);
        builder.Property(a => a.ReadBy).HasMaxLength(200);
        builder.Property(a => a.ResolvedBy).HasMaxLength(200);
        // The promise itself: one alert an occasion and arming, whoever decides it however often.
        builder.HasIndex(a => new { a.OrganizationId, a.Occasion }).IsUnique().HasFilter("rearmed_at IS NULL");
        builder.HasIndex(a => new { a.OrganizationId, a.CreatedAt, a.Id }).IsDescending(false, true, true);
        builder.HasIndex(a => a.BudgetId).HasFilter("rearmed_at IS NULL");
    }
}

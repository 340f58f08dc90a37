using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Budgets;

/// <summary>What a budget is over.</summary>
public enum QuotaType { Organization, Department, Team, Project, CostCenter, Environment, User, Key }

/// <summary>A limit on spend, tokens or requests within a scope and period; CONTRACT calls it a quota.</summary>
public sealed class Budget : TenantRow
{
    public required string Name { get; set; }

    public QuotaType QuotaType { get; set; }

    /// <summary>The organization, team, key … it is over.</summary>
    public Guid ScopeId { get; set; }

    /// <summary>In the <see cref="Unit"/>.</summary>
    public decimal TotalQuota { get; set; }

    public PeriodType PeriodType { get; set; } = PeriodType.Monthly;

    /// <summary>A day inside the period.</summary>
    public decimal? DailyLimit { get; set; }

    /// <summary>An hour inside the period.</summary>
    public decimal? HourlyLimit { get; set; }

    /// <summary>A fraction, 0.8 is 80 %.</summary>
    public decimal WarningThreshold { get; set; } = 0.8m;

    public decimal CriticalThreshold { get; set; } = 0.95m;

    public BudgetAction Action { get; set; } = BudgetAction.Block;

    /// <summary>The cheaper model of <see cref="BudgetAction.Downgrade"/>.</summary>
    public string? DowngradeModel { get; set; }

    public HoldKind Hold { get; set; } = HoldKind.Learned;

    /// <summary>What its limits and amounts are in. Never changes.</summary>
    public CountedUnit Unit { get; set; }

    /// <summary>Only calls of this model count; <c>*</c> stands for any characters.</summary>
    public string? Model { get; set; }

    /// <summary>Only calls to this provider account count.</summary>
    public Guid? ProviderId { get; set; }

    /// <summary>The budget that its amount is allocated from; null: it stands alone.</summary>
    public Guid? ParentId { get; set; }

    /// <summary>Made with its key and removed with it.</summary>
    public bool OwnedByKey { get; set; }
}

/// <summary>
/// What one budget limit has used in one period; written by the ledger writer in the transaction that writes the entries.
/// A <see cref="Budget"/> has one such line for its period and one each for a daily and an hourly limit.
/// </summary>
public sealed class BudgetAmount
{
    public Guid BudgetId { get; set; }

    public PeriodType PeriodType { get; set; }

    public DateTimeOffset PeriodStart { get; set; }

    public DateTimeOffset PeriodEnd { get; set; }

    public Guid OrganizationId { get; set; }

    /// <summary>Settled, in the budget's unit, as all amounts here.</summary>
    public decimal Spent { get; set; }

    /// <summary>Held by calls whose outcome nobody knows yet, and what a written-off node had leased.</summary>
    public decimal Unknown { get; set; }

    /// <summary>What nodes hold slices of; the sum of their leases.</summary>
    public decimal Leased { get; set; }

    /// <summary>Rises with every change of <see cref="Spent"/> and <see cref="Unknown"/>, so that an older reading never displaces a newer one.</summary>
    public long Version { get; set; }

    /// <summary>Entries up to this instant of their start do not count: the budget was reset then.</summary>
    public DateTimeOffset? ResetAt { get; set; }
}

/// <summary>Amounts have sixteen digits before their decimals: tokens have more than dollars.</summary>
internal sealed class BudgetMapping : IEntityTypeConfiguration<Budget>, IEntityTypeConfiguration<BudgetAmount>
{
    public void Configure(EntityTypeBuilder<Budget> builder)
    {
        builder.ToTable("budgets");
        builder.Property(b => b.Name).HasMaxLength(200);
        builder.Property(b => b.DowngradeModel).HasMaxLength(256);
        builder.Property(b => b.Model).HasMaxLength(256);
        builder.Property(b => b.Unit).HasDefaultValue(CountedUnit.Usd);
        builder.Property(b => b.TotalQuota).HasPrecision(28, 12);
        builder.Property(b => b.DailyLimit).HasPrecision(28, 12);
        builder.Property(b => b.HourlyLimit).HasPrecision(28, 12);
        builder.HasIndex(b => b.ScopeId);
        // Only a budget that goes with its key goes while others are allocated from it: they stand alone then.
        builder.HasOne<Budget>().WithMany().HasForeignKey(b => b.ParentId).OnDelete(DeleteBehavior.SetNull);
        builder.HasIndex(b => new { b.OrganizationId, b.Name });
    }

    public void Configure(EntityTypeBuilder<BudgetAmount> builder)
    {
        builder.ToTable("budget_amounts");
        builder.HasKey(a => new { a.BudgetId, a.PeriodType, a.PeriodStart });
        builder.Property(a => a.Spent).HasPrecision(28, 12);
        builder.Property(a => a.Unknown).HasPrecision(28, 12);
        builder.Property(a => a.Leased).HasPrecision(28, 12);
        builder.HasIndex(a => a.OrganizationId);
    }
}

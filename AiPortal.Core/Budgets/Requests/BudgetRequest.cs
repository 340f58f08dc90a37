using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>What became of a request.</summary>
public enum BudgetRequestStatus { Open, Granted, Declined }

/// <summary>Somebody asks that a limit of a budget be raised. It goes with its budget; the audit trail keeps what was decided.</summary>
public sealed class BudgetRequest : TenantRow
{
    public Guid BudgetId { get; set; }

    /// <summary>Which of the budget's limits.</summary>
    public PeriodType PeriodType { get; set; }

    /// <summary>The limit as it should be.</summary>
    public decimal Amount { get; set; }

    /// <summary>What the amount is in: the budget's own.</summary>
    public CountedUnit Unit { get; set; }

    public required string Reason { get; set; }

    /// <summary>Who asks: a person or a service token.</summary>
    public Guid UserId { get; set; }

    public required string UserName { get; set; }

    public BudgetRequestStatus Status { get; set; }

    /// <summary>The approval by which it is decided; null for what was decided before there were approvals.</summary>
    public Guid? ApprovalId { get; set; }

    /// <summary>What the decider says; required to decline.</summary>
    public string? Comment { get; set; }

    public string? DecidedBy { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset? DecidedAt { get; set; }
}

internal sealed class BudgetRequestMapping : IEntityTypeConfiguration<BudgetRequest>
{
    public void Configure(EntityTypeBuilder<BudgetRequest> builder)
    {
        builder.ToTable("budget_requests");
        builder.Property(r => r.Amount).HasPrecision(28, 12);
        builder.Property(r => r.Unit).HasDefaultValue(CountedUnit.Usd);
        builder.Property(r => r.Reason).HasMaxLength(BudgetRequestDraft.MaxReason);
        builder.Property(r => r.UserName).HasMaxLength(200);
        builder.Property(r => r.Comment).HasMaxLength(BudgetRequestDraft.MaxReason);
        builder.Property(r => r.DecidedBy).HasMaxLength(200);
        builder.HasIndex(r => r.BudgetId);
        builder.HasIndex(r => r.ApprovalId);
        builder.HasIndex(r => new { r.OrganizationId, r.CreatedAt });
        builder.HasOne<Budget>().WithMany().HasForeignKey(r => r.BudgetId).OnDelete(DeleteBehavior.Cascade);
    }
}

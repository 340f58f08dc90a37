using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Billing;

/// <summary>A draft is computed anew each time it is read; a finalized bill never changes.</summary>
public enum BillStatus { Draft, Finalized }

/// <summary>What a bill is over.</summary>
public enum BillScope { Organization, CostCenter, Team, Project }

/// <summary>
/// A month's bill of one scope. It holds the entries of its period with a ledger position after <see cref="CutoffFrom"/> up to
/// <see cref="Cutoff"/>; the database lets no two finalized bills of a scope begin at the same place, so no entry is billed twice.
/// </summary>
public sealed class Bill : TenantRow
{
    /// <summary>Given at finalize, for people: <c>2026-10-ORG-1</c>.</summary>
    public string? Number { get; set; }

    /// <summary>The month in the organization's zone, <c>2026-10</c>.</summary>
    public required string Period { get; set; }

    public DateTimeOffset PeriodStart { get; set; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset PeriodEnd { get; set; }

    public BillScope ScopeType { get; set; }

    public Guid ScopeId { get; set; }

    public required string ScopeName { get; set; }

    /// <summary>1, 2 … of the same scope and period.</summary>
    public int Sequence { get; set; }

    public BillStatus Status { get; set; }

    /// <summary>True where this kind of scope settles the period; others are statements for information.</summary>
    public bool Settles { get; set; }

    public required string Currency { get; set; }

    /// <summary>Units of <see cref="Currency"/> for one USD, fixed with the bill.</summary>
    public decimal ExchangeRate { get; set; } = 1m;

    public required string TimeZone { get; set; }

    /// <summary>Printed amounts, in <see cref="Currency"/>, two decimals.</summary>
    public decimal Subtotal { get; set; }

    public decimal Adjustments { get; set; }

    /// <summary>Holds of calls with an unknown outcome; outside the total.</summary>
    public decimal Unresolved { get; set; }

    public decimal Total { get; set; }

    /// <summary>The exact sum of the entries, USD.</summary>
    public decimal TotalUsd { get; set; }

    public long CutoffFrom { get; set; }

    public long? Cutoff { get; set; }

    /// <summary>SHA-256 (hex) over the header and the lines.</summary>
    public string? ContentHash { get; set; }

    public DateTimeOffset? FinalizedAt { get; set; }

    public Guid? FinalizedBy { get; set; }

    /// <summary>Calls begun before the cutoff that were still running at finalize.</summary>
    public int OpenCalls { get; set; }

    internal void Take(BillContent content) =>
        (Subtotal, Adjustments, Unresolved, Total, TotalUsd) =
        (content.Subtotal, content.Adjustments, content.Unresolved, content.Total, content.TotalUsd);
}

/// <summary>One printed line; the printed amounts add up to the printed total.</summary>
public sealed class BillLine : TenantRow
{
    public Guid BillId { get; set; }

    public int LineNo { get; set; }

    /// <summary><c>usage</c>, <c>adjustment</c> or <c>unresolved</c>.</summary>
    public required string Section { get; set; }

    public Guid? CostCenterId { get; set; }

    public string? CostCenterName { get; set; }

    public Guid? TeamId { get; set; }

    public string? TeamName { get; set; }

    public Guid? ProjectId { get; set; }

    public string? ProjectName { get; set; }

    public required string ProviderName { get; set; }

    public required string ModelName { get; set; }

    public required string CostType { get; set; }

    public long Requests { get; set; }

    public long InputUnits { get; set; }

    public long CachedInputUnits { get; set; }

    public long OutputUnits { get; set; }

    public long ReasoningUnits { get; set; }

    /// <summary>Exact.</summary>
    public decimal AmountUsd { get; set; }

    /// <summary>Printed, in the bill's currency, two decimals.</summary>
    public decimal Amount { get; set; }
}

internal sealed class BillMapping : IEntityTypeConfiguration<Bill>, IEntityTypeConfiguration<BillLine>
{
    public void Configure(EntityTypeBuilder<Bill> builder)
    {
        builder.ToTable("bills");
        builder.Property(b => b.Number).HasMaxLength(60);
        builder.Property(b => b.Period).HasMaxLength(7);
        builder.Property(b => b.Currency).HasMaxLength(3);
        builder.Property(b => b.TimeZone).HasMaxLength(64);
        builder.Property(b => b.ScopeName).HasMaxLength(200);
        builder.Property(b => b.ContentHash).HasMaxLength(64);
        builder.HasIndex(b => new { b.OrganizationId, b.ScopeType, b.ScopeId, b.Period, b.Sequence }).IsUnique();
        builder.HasIndex(b => new { b.OrganizationId, b.ScopeType, b.ScopeId, b.Period, b.CutoffFrom }).IsUnique().HasFilter("status = 'finalized'");
        builder.HasIndex(b => new { b.OrganizationId, b.Number }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<BillLine> builder)
    {
        builder.ToTable("bill_lines");
        builder.HasIndex(l => new { l.BillId, l.LineNo }).IsUnique();
        builder.HasOne<Bill>().WithMany().HasForeignKey(l => l.BillId).OnDelete(DeleteBehavior.Cascade);
    }
}

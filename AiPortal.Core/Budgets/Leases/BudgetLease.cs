using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>
/// A node's slice of one budget limit in one period: what its calls may hold and spend without asking. Nobody but the node takes
/// or returns it, and only draining its journal, or a person who writes the node off, ends it.
/// </summary>
public sealed class BudgetLease
{
    public Guid BudgetId { get; set; }

    public PeriodType PeriodType { get; set; }

    public DateTimeOffset PeriodStart { get; set; }

    /// <summary>The uuid of the node's journal.</summary>
    public Guid NodeId { get; set; }

    public Guid OrganizationId { get; set; }

    /// <summary>What the node may still hold or has spent and not drained.</summary>
    public decimal Granted { get; set; }

    /// <summary>What its drained calls have moved from leased to spent or unknown.</summary>
    public decimal Drained { get; set; }

    /// <summary>Counts takes and returns; a late repetition of one has an old number and does nothing.</summary>
    public long Epoch { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Since when its rest counts as unknown.</summary>
    public DateTimeOffset? WrittenOffAt { get; set; }
}

/// <summary>One process that serves calls, by the clock of the database.</summary>
public sealed class PortalNode
{
    /// <summary>The uuid of its journal.</summary>
    public Guid Id { get; set; }

    /// <summary><c>Portal:Node</c>.</summary>
    public required string Name { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset SeenAt { get; set; }

    /// <summary>A person gave it up; it admits nothing more.</summary>
    public DateTimeOffset? WrittenOffAt { get; set; }
}

internal sealed class BudgetLeaseMapping : IEntityTypeConfiguration<BudgetLease>, IEntityTypeConfiguration<PortalNode>
{
    public void Configure(EntityTypeBuilder<BudgetLease> builder)
    {
        // The migration makes both tables by hand, with what SQL alone can say.
        builder.ToTable("budget_leases", table => table.ExcludeFromMigrations());
        builder.HasKey(l => new { l.BudgetId, l.PeriodType, l.PeriodStart, l.NodeId });
        builder.Property(l => l.Granted).HasPrecision(28, 12);
        builder.Property(l => l.Drained).HasPrecision(28, 12);
    }

    public void Configure(EntityTypeBuilder<PortalNode> builder)
    {
        builder.ToTable("nodes", table => table.ExcludeFromMigrations());
        builder.HasKey(n => n.Id);
    }
}

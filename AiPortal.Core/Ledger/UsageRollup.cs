using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Ledger;

/// <summary>
/// Sums of a quarter of an hour (UTC), kept in the transaction that writes the entries. Every zone in use is a multiple of fifteen
/// minutes, so hours, days and months in any zone are sums of these.
/// </summary>
public sealed class UsageRollup : TenantRow
{
    public DateTimeOffset BucketAt { get; set; }

    public Guid? DepartmentId { get; set; }

    public Guid? TeamId { get; set; }

    public Guid? ProjectId { get; set; }

    public Guid? CostCenterId { get; set; }

    public Guid? EnvironmentId { get; set; }

    public Guid? UserId { get; set; }

    public Guid? KeyId { get; set; }

    public Guid? ProviderId { get; set; }

    public required string ProviderName { get; set; }

    public required string ModelName { get; set; }

    public required string RequestType { get; set; }

    public required string CostType { get; set; }

    /// <summary>Calls: usage entries that are final.</summary>
    public long Requests { get; set; }

    /// <summary>Entries of any kind.</summary>
    public long Entries { get; set; }

    /// <summary>Entries that failed.</summary>
    public long Failed { get; set; }

    public long InputUnits { get; set; }

    public long CachedInputUnits { get; set; }

    public long CacheWriteUnits { get; set; }

    public long OutputUnits { get; set; }

    public long ReasoningUnits { get; set; }

    public decimal TotalCost { get; set; }

    public decimal UnresolvedCost { get; set; }

    /// <summary>Of the final usage entries.</summary>
    public long LatencyMsSum { get; set; }
}

internal sealed class UsageRollupMapping : IEntityTypeConfiguration<UsageRollup>
{
    public void Configure(EntityTypeBuilder<UsageRollup> builder)
    {
        builder.ToTable("usage_rollups", table => table.ExcludeFromMigrations());
        builder.HasNoKey();
        builder.Ignore(r => r.Id);
        builder.Ignore(r => r.CreatedAt);
        builder.Ignore(r => r.UpdatedAt);
    }
}

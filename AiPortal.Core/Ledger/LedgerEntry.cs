using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Ledger;

/// <summary>What an entry is for.</summary>
public enum EntryKind { Usage, Adjustment, Refund, Reconciliation }

/// <summary>
/// One attempt on the ledger, as read. Rows are written by the ledger writer only and never change; the table is partitioned by
/// month of <see cref="StartedAt"/>, so queries name a range of it. Amounts are USD with twelve decimals, units are tokens.
/// </summary>
public sealed class LedgerEntry : TenantRow
{
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>The order in which entries came onto the ledger; a bill's cutoff is one of these.</summary>
    public long Position { get; set; }

    public Guid RequestId { get; set; }

    public int Attempt { get; set; }

    /// <summary>The attempt that answered the caller.</summary>
    public bool Final { get; set; }

    public EntryKind Kind { get; set; }

    public EntryStatus Status { get; set; }

    public bool Estimated { get; set; }

    public bool AboveCeiling { get; set; }

    public Guid? DepartmentId { get; set; }

    public Guid? TeamId { get; set; }

    public Guid? ProjectId { get; set; }

    public Guid? CostCenterId { get; set; }

    public Guid? EnvironmentId { get; set; }

    public Guid? UserId { get; set; }

    public Guid? KeyId { get; set; }

    public Guid? ProviderId { get; set; }

    public required string ProviderName { get; set; }

    /// <summary>As the caller asked.</summary>
    public required string ModelName { get; set; }

    public string? UpstreamModel { get; set; }

    /// <inheritdoc cref="Intent.DowngradedFrom"/>
    public string? DowngradedFrom { get; set; }

    public required string RequestType { get; set; }

    public required string CostType { get; set; }

    public Guid? PriceId { get; set; }

    public int? PriceVersion { get; set; }

    /// <summary>Input neither cached nor written to a cache.</summary>
    public long InputUnits { get; set; }

    public long CachedInputUnits { get; set; }

    public long CacheWriteUnits { get; set; }

    /// <summary>Output without reasoning.</summary>
    public long OutputUnits { get; set; }

    public long ReasoningUnits { get; set; }

    public decimal InputCost { get; set; }

    public decimal CachedInputCost { get; set; }

    public decimal CacheWriteCost { get; set; }

    public decimal OutputCost { get; set; }

    public decimal ReasoningCost { get; set; }

    public decimal BaseCost { get; set; }

    public decimal TotalCost { get; set; }

    /// <summary>The hold of an <see cref="EntryStatus.Unknown"/> entry; outside every total of confirmed spend.</summary>
    public decimal UnresolvedCost { get; set; }

    /// <summary>The tokens that an <see cref="EntryStatus.Unknown"/> entry counts for, at least one; taken away by what settles it.</summary>
    public long UnresolvedTokens { get; set; }

    /// <summary>The entry that an adjustment, refund or reconciliation corrects.</summary>
    public Guid? CorrectsId { get; set; }

    public string? Reason { get; set; }

    public string? ExternalId { get; set; }

    public string? SessionId { get; set; }

    public string? WorkflowId { get; set; }

    public string? AccountId { get; set; }

    public string? ClientIp { get; set; }

    public Dictionary<string, string>? Tags { get; set; }

    public bool Streamed { get; set; }

    public int? LatencyMs { get; set; }

    /// <summary>Time to first token.</summary>
    public int? TtftMs { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? UpstreamRequestId { get; set; }

    public int? UpstreamStatus { get; set; }

    public string? ErrorCode { get; set; }

    public string? ServiceTier { get; set; }

    /// <summary>What the unit columns hold together; null where they hold one kind each.</summary>
    public UsageDetail? UsageDetail { get; set; }

    /// <summary>What the cost columns hold together, and what besides units and price made the cost.</summary>
    public CostDetail? CostDetail { get; set; }
}

internal sealed class LedgerEntryMapping : IEntityTypeConfiguration<LedgerEntry>
{
    public void Configure(EntityTypeBuilder<LedgerEntry> builder)
    {
        // The migration makes it by hand: EF knows no partitions.
        builder.ToTable("ledger_entries", table => table.ExcludeFromMigrations());
        builder.HasKey(e => new { e.StartedAt, e.Id });
        builder.Ignore(e => e.UpdatedAt);
        builder.Property(e => e.Tags).HasJson();
        builder.Property(e => e.UsageDetail).HasJson();
        builder.Property(e => e.CostDetail).HasJson();
    }
}

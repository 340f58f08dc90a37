using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Records;

/// <summary>Which entry an external id stands for, so that usage reported twice is booked once. Its <c>Id</c> is the entry's.</summary>
public sealed class ImportedRecord : TenantRow
{
    public required string ExternalId { get; set; }

    /// <summary>Of the entry; names its partition.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>SHA-256 over the record as it was given.</summary>
    public required byte[] ContentHash { get; set; }
}

internal sealed class ImportedRecordMapping : IEntityTypeConfiguration<ImportedRecord>
{
    public void Configure(EntityTypeBuilder<ImportedRecord> builder)
    {
        builder.ToTable("imported_records");
        builder.Property(r => r.ExternalId).HasMaxLength(UsageDraft.MaxExternalId);
        builder.HasIndex(r => new { r.OrganizationId, r.ExternalId }).IsUnique();
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Data;

/// <summary>A fact about this database as a whole, such as the master key's fingerprint.</summary>
public sealed class PortalSetting
{
    public required string Name { get; set; }

    public required string Value { get; set; }
}

/// <summary>One element of the data-protection key ring, wrapped by the master key.</summary>
public sealed class DataProtectionKey
{
    public required string Name { get; set; }

    public required string Xml { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>The stored answer to a management POST with an <c>Idempotency-Key</c>; kept 24 hours.</summary>
public sealed class IdempotentAnswer : TenantRow
{
    public Guid ActorId { get; set; }

    public required string Key { get; set; }

    /// <summary>SHA-256 over path and body; another request under the same key is refused.</summary>
    public required byte[] RequestHash { get; set; }

    /// <summary>Null while the first request runs.</summary>
    public int? HttpStatus { get; set; }

    public string? ContentType { get; set; }

    public byte[]? Body { get; set; }
}

internal sealed class PortalSettingMapping : IEntityTypeConfiguration<PortalSetting>, IEntityTypeConfiguration<DataProtectionKey>, IEntityTypeConfiguration<IdempotentAnswer>
{
    public void Configure(EntityTypeBuilder<PortalSetting> builder)
    {
        builder.ToTable("portal_settings");
        builder.HasKey(s => s.Name);
        builder.Property(s => s.Name).HasMaxLength(100);
    }

    public void Configure(EntityTypeBuilder<DataProtectionKey> builder)
    {
        builder.ToTable("data_protection_keys");
        builder.HasKey(s => s.Name);
        builder.Property(s => s.Name).HasMaxLength(200);
    }

    public void Configure(EntityTypeBuilder<IdempotentAnswer> builder)
    {
        builder.ToTable("idempotent_answers");
        builder.Property(s => s.Key).HasMaxLength(255);
        builder.HasIndex(s => new { s.ActorId, s.Key }).IsUnique();
        builder.HasIndex(s => s.CreatedAt);
    }
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Audit;

/// <summary>One privileged change or a denied one. Written in the transaction of the change; chained by hash within the organization.</summary>
public sealed class AuditEvent : TenantRow
{
    /// <summary>1, 2 … within the organization, without gaps.</summary>
    public long Sequence { get; set; }

    public Guid? ActorId { get; set; }

    public required string ActorName { get; set; }

    public string? ClientIp { get; set; }

    /// <summary>As <c>key.create</c>.</summary>
    public required string Action { get; set; }

    public required string SubjectType { get; set; }

    public Guid? SubjectId { get; set; }

    public string? SubjectName { get; set; }

    public bool Allowed { get; set; } = true;

    /// <summary>JSON with secrets left out.</summary>
    public string? Before { get; set; }

    public string? After { get; set; }

    public required byte[] PreviousHash { get; set; }

    public required byte[] Hash { get; set; }
}

internal sealed class AuditEventMapping : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> builder)
    {
        builder.ToTable("audit_events");
        builder.Property(a => a.ActorName).HasMaxLength(254);
        builder.Property(a => a.ClientIp).HasMaxLength(64);
        builder.Property(a => a.Action).HasMaxLength(80);
        builder.Property(a => a.SubjectType).HasMaxLength(40);
        builder.Property(a => a.SubjectName).HasMaxLength(300);
        builder.HasIndex(a => new { a.OrganizationId, a.Sequence }).IsUnique();
        // Whatever the trail is narrowed by, its newest page is read from an index.
        builder.HasIndex(a => new { a.OrganizationId, a.CreatedAt });
        builder.HasIndex(a => new { a.OrganizationId, a.ActorId, a.Sequence });
        builder.HasIndex(a => new { a.OrganizationId, a.ActorName, a.Sequence });
        builder.HasIndex(a => new { a.OrganizationId, a.Action, a.Sequence });
        builder.HasIndex(a => new { a.OrganizationId, a.SubjectType, a.Sequence });
        builder.HasIndex(a => new { a.OrganizationId, a.SubjectId, a.Sequence });
        builder.HasIndex(a => new { a.OrganizationId, a.SubjectName, a.Sequence });
        builder.HasIndex(a => new { a.OrganizationId, a.Sequence }, "ix_audit_events_denied").HasFilter("NOT allowed");
    }
}

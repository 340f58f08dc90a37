using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Audit;

/// <summary>
/// Stands for the events that retention took away: the chain goes on from its hash, as it went on from theirs. Signed, so that nobody can
/// cut a chain and say that retention did it.
/// </summary>
public sealed class AuditCut : TenantRow
{
    /// <summary>Of the last event that is gone.</summary>
    public long Sequence { get; set; }

    /// <summary>Of that event.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset LastAt { get; set; }

    /// <summary>How many went with this cut.</summary>
    public long Events { get; set; }

    public required byte[] Signature { get; set; }

    internal AuditAnchor Anchor => new(OrganizationId, Sequence, Convert.ToHexStringLower(Hash), LastAt);
}

internal sealed class AuditCutMapping : IEntityTypeConfiguration<AuditCut>
{
    public void Configure(EntityTypeBuilder<AuditCut> builder)
    {
        builder.ToTable("audit_cuts");
        builder.HasIndex(c => new { c.OrganizationId, c.Sequence }).IsUnique();
    }
}

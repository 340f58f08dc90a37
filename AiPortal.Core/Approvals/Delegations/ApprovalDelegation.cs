using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Approvals.Delegations;

/// <summary>For a while somebody decides in the place of another who is away: what that other could, nothing more, and never a request of his.</summary>
public sealed class ApprovalDelegation : TenantRow
{
    public Guid FromUserId { get; set; }

    public Guid ToUserId { get; set; }

    public DateTimeOffset StartsAt { get; set; }

    public DateTimeOffset EndsAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>A delegation as its author writes it; instants are UTC, the start is now where none is given.</summary>
public sealed record DelegationDraft(Guid ToUserId, DateTimeOffset? StartsAt, DateTimeOffset EndsAt)
{
    /// <summary>Longest absence.</summary>
    public const int MostDays = 90;
}

internal sealed class ApprovalDelegationMapping : IEntityTypeConfiguration<ApprovalDelegation>
{
    public void Configure(EntityTypeBuilder<ApprovalDelegation> builder)
    {
        builder.ToTable("approval_delegations");
        builder.HasIndex(d => new { d.OrganizationId, d.EndsAt });
    }
}

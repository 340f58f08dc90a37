using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Access.Grants;

/// <summary>A role lent to a member for a while, beside the one he has.</summary>
public sealed class AccessGrant : TenantRow
{
    /// <summary>The user, not the membership; it counts while he is a member.</summary>
    public Guid UserId { get; set; }

    public Role Role { get; set; }

    /// <summary>The part of the organization for which it is lent; both null: the whole.</summary>
    public PlaceKind? ScopeType { get; set; }

    public Guid? ScopeId { get; set; }

    /// <summary>Null: the whole organization.</summary>
    public Place? Place => (ScopeType, ScopeId) is ({ } kind, { } id) ? new Place(kind, id) : null;

    public required string Reason { get; set; }

    /// <summary>UTC; it counts before.</summary>
    public DateTimeOffset EndsAt { get; set; }

    /// <summary>A person or a service token.</summary>
    public Guid GivenBy { get; set; }

    public required string GivenByName { get; set; }

    /// <summary>UTC; set when it was taken back early.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}

internal sealed class AccessGrantMapping : IEntityTypeConfiguration<AccessGrant>
{
    public void Configure(EntityTypeBuilder<AccessGrant> builder)
    {
        builder.ToTable("access_grants");
        builder.Ignore(g => g.Place);
        builder.Property(g => g.Reason).HasMaxLength(GrantDraft.MaxReason);
        builder.Property(g => g.GivenByName).HasMaxLength(200);
        builder.HasIndex(g => g.UserId);
        builder.HasIndex(g => new { g.OrganizationId, g.CreatedAt });
    }
}

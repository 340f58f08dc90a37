using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Tenancy;

/// <summary>What a member may do; <c>Access/Permissions.cs</c> is the table.</summary>
public enum Role
{
    Owner,
    Administrator,
    Finance,
    Manager,
    Member,
    Auditor,

    /// <summary>Of service tokens only.</summary>
    Service,
}

/// <summary>A person's place in an organization. Its id is the member's id; people are shared between organizations.</summary>
public sealed class Membership : TenantRow, ILimitedRow
{
    public Guid UserId { get; set; }

    /// <summary>As given in this organization; kept in step with the person's address.</summary>
    public required string Email { get; set; }

    public required string Name { get; set; }

    public Role Role { get; set; } = Role.Member;

    /// <summary>The part of the organization for which he has his role; both null: the whole.</summary>
    public PlaceKind? ScopeType { get; set; }

    public Guid? ScopeId { get; set; }

    /// <summary>The team whose cost a key of this member falls to when the key names none.</summary>
    public Guid? TeamId { get; set; }

    public int? Rpm { get; set; }

    public int? Tpm { get; set; }

    public int? Concurrency { get; set; }

    /// <summary>Null: the whole organization.</summary>
    public Place? Place => (ScopeType, ScopeId) is ({ } kind, { } id) ? new Place(kind, id) : null;
}

internal sealed class MembershipMapping : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("memberships");
        builder.Ignore(m => m.Place);
        builder.Property(m => m.Email).HasMaxLength(254);
        builder.Property(m => m.Name).HasMaxLength(200);
        builder.HasIndex(m => new { m.OrganizationId, m.UserId }).IsUnique();
        builder.HasIndex(m => m.UserId);
    }
}

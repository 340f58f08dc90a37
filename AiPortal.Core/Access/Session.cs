using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Access;

/// <summary>One sign-in of a person, by API or browser. Tokens are opaque and stored as SHA-256 only.</summary>
public sealed class Session
{
    internal static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);

    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    /// <summary>Null for a browser session, whose cookie names it.</summary>
    public byte[]? AccessHash { get; set; }

    public byte[]? RefreshHash { get; set; }

    /// <summary>The refresh token before the last rotation; its reuse ends the session.</summary>
    public byte[]? SpentRefreshHash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC, kept to <see cref="SeenEvery"/>.</summary>
    public DateTimeOffset SeenAt { get; set; }

    public DateTimeOffset AccessExpiresAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? ClientIp { get; set; }

    public string? UserAgent { get; set; }

    /// <summary>The directory or provider that said who the person is; null for the portal's own password.</summary>
    public Guid? SourceId { get; set; }

    /// <summary>The organization of that source: it speaks for itself alone, so the session has no role anywhere else.</summary>
    public Guid? ConfinedTo { get; set; }

    /// <summary>The source asked for a second factor, and its organization relies on that.</summary>
    public bool SecondFactorTrusted { get; set; }
}

/// <summary>A token for scripts, confined to one organization and one role.</summary>
public sealed class ServiceToken : TenantRow
{
    public required string Name { get; set; }

    public Role Role { get; set; }

    public required byte[] TokenHash { get; set; }

    public required string Prefix { get; set; }

    public Guid CreatedBy { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>An invitation link; the token is stored as SHA-256 only.</summary>
public sealed class Invitation : TenantRow
{
    public Guid MembershipId { get; set; }

    public Guid UserId { get; set; }

    public required byte[] TokenHash { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? AcceptedAt { get; set; }
}

internal sealed class SessionMapping : IEntityTypeConfiguration<Session>, IEntityTypeConfiguration<ServiceToken>, IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.HasIndex(s => s.AccessHash).IsUnique();
        builder.HasIndex(s => s.RefreshHash).IsUnique();
        builder.HasIndex(s => s.SpentRefreshHash);
        builder.HasIndex(s => s.UserId);
        builder.HasIndex(s => s.SourceId).HasFilter("source_id IS NOT NULL");
        builder.Property(s => s.ClientIp).HasMaxLength(64);
        builder.Property(s => s.UserAgent).HasMaxLength(300);
    }

    public void Configure(EntityTypeBuilder<ServiceToken> builder)
    {
        builder.ToTable("service_tokens");
        builder.HasIndex(t => t.TokenHash).IsUnique();
        builder.Property(t => t.Name).HasMaxLength(200);
        builder.Property(t => t.Prefix).HasMaxLength(20);
    }

    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("invitations");
        builder.HasIndex(i => i.TokenHash).IsUnique();
    }
}

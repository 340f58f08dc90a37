using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Federation.Providers;

/// <summary>A provider of sign-ins by OAuth 2.0 or OpenID Connect: authorization code with PKCE, and its user info.</summary>
public sealed class IdentityProvider : TenantRow
{
    /// <summary>On the button of the sign-in page.</summary>
    public required string Name { get; set; }

    public bool Enabled { get; set; }

    /// <summary>OpenID Connect; null for a provider that speaks OAuth 2.0 alone.</summary>
    public string? Issuer { get; set; }

    public required string AuthorizationEndpoint { get; set; }

    public required string TokenEndpoint { get; set; }

    public required string UserInfoEndpoint { get; set; }

    public required string ClientId { get; set; }

    /// <summary>Sealed for this row.</summary>
    public byte[]? ClientSecretCipher { get; set; }

    public string[] Scopes { get; set; } = [];

    /// <summary>Lets the addresses be private, within <c>Portal:PrivateUpstreams</c>.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>Only addresses of these mail domains come in; empty: of any.</summary>
    public string[] Domains { get; set; } = [];

    /// <summary>What somebody new is made; null: only who was invited comes in.</summary>
    public Role? NewRole { get; set; }

    /// <summary>The provider asks for a second factor itself, and the organization relies on that.</summary>
    public bool TrustSecondFactor { get; set; }

    internal static string Context(Guid organizationId, Guid id) => $"identity_provider:{organizationId}:{id}";
}

internal sealed class IdentityProviderMapping : IEntityTypeConfiguration<IdentityProvider>
{
    public void Configure(EntityTypeBuilder<IdentityProvider> builder)
    {
        builder.ToTable("identity_providers");
        builder.Property(p => p.Name).HasMaxLength(100);
        builder.Property(p => p.Issuer).HasMaxLength(500);
        builder.Property(p => p.AuthorizationEndpoint).HasMaxLength(500);
        builder.Property(p => p.TokenEndpoint).HasMaxLength(500);
        builder.Property(p => p.UserInfoEndpoint).HasMaxLength(500);
        builder.Property(p => p.ClientId).HasMaxLength(300);
        builder.HasIndex(p => new { p.OrganizationId, p.Name }).IsUnique();
    }
}

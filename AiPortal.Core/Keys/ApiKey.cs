using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Keys;

/// <summary>Whether a key works.</summary>
public enum KeyStatus { Active, Disabled, Revoked }

/// <summary>A virtual key that applications call the gateway with. The secret itself is never stored.</summary>
public sealed class ApiKey : TenantRow, ILimitedRow
{
    /// <summary>So many days without a call make a key idle.</summary>
    public const int IdleDays = 30;

    public required string Name { get; set; }

    /// <summary>The user (not the membership) who answers for it.</summary>
    public Guid? OwnerUserId { get; set; }

    public Guid? TeamId { get; set; }

    public Guid? ProjectId { get; set; }

    public Guid? CostCenterId { get; set; }

    public Guid? EnvironmentId { get; set; }

    /// <summary>SHA-256 of the secret.</summary>
    public required byte[] KeyHash { get; set; }

    /// <summary>The first characters, for people.</summary>
    public required string Prefix { get; set; }

    /// <summary>After a regeneration: the old secret's hash, good until <see cref="PreviousValidUntil"/>.</summary>
    public byte[]? PreviousHash { get; set; }

    public DateTimeOffset? PreviousValidUntil { get; set; }

    /// <summary>When the secret that stands was made; null where the key itself was made with it.</summary>
    public DateTimeOffset? SecretMadeAt { get; set; }

    /// <summary>A new secret every so many days, with the old one good for a while; null: never by itself.</summary>
    public int? RotateEveryDays { get; set; }

    /// <summary>The secret that a rotation by schedule made, sealed until its owner has collected it.</summary>
    public byte[]? PendingSecretCipher { get; set; }

    /// <summary>Null: all.</summary>
    public string[]? Models { get; set; }

    public string[]? IpAllow { get; set; }

    public string[]? IpDeny { get; set; }

    /// <summary>Requests a minute.</summary>
    public int? Rpm { get; set; }

    /// <summary>Tokens a minute.</summary>
    public int? Tpm { get; set; }

    public int? Concurrency { get; set; }

    /// <summary>Null: as the organization says.</summary>
    public CacheTerms? Cache { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public KeyStatus Status { get; set; }

    public Dictionary<string, string> Tags { get; set; } = [];

    public Guid? CreatedBy { get; set; }

    /// <summary>Puts another secret in the place of the one that stands, which is good for the overlap still.</summary>
    internal void Replace(string secret, DateTimeOffset now, TimeSpan overlap)
    {
        PreviousHash = overlap > TimeSpan.Zero ? KeyHash : null;
        PreviousValidUntil = overlap > TimeSpan.Zero ? now + overlap : null;
        (KeyHash, Prefix) = (VirtualKeyFormat.Hash(secret), VirtualKeyFormat.DisplayPrefix(secret));
        (SecretMadeAt, PendingSecretCipher) = (now, null);
    }

    /// <summary>A deleted key stays for the names of its entries; it never works again.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");
        builder.Property(k => k.Name).HasMaxLength(200);
        builder.Property(k => k.Prefix).HasMaxLength(20);
        builder.Property(k => k.Tags).HasJson();
        builder.Property(k => k.Cache).HasJson();
        builder.HasIndex(k => k.KeyHash).IsUnique();
        builder.HasIndex(k => new { k.OrganizationId, k.Name });
    }
}

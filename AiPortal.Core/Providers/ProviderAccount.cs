using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Providers;

/// <summary>An account at a vendor. Its credential is stored encrypted under the master key, bound to this row.</summary>
public sealed class ProviderAccount : TenantRow
{
    public required string Name { get; set; }

    /// <summary>A word of <see cref="ProviderKinds"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>What the vendor's own SDK takes; null for the sandbox.</summary>
    public string? BaseUrl { get; set; }

    public byte[]? ApiKeyCipher { get; set; }

    /// <summary>The last four characters, for people.</summary>
    public string? ApiKeyHint { get; set; }

    /// <summary>When the vendor ends the credential, where it does; for a reminder.</summary>
    public DateTimeOffset? ApiKeyExpiresAt { get; set; }

    /// <summary>The credential before the last rotation, to go back to until it is retired.</summary>
    public byte[]? PreviousKeyCipher { get; set; }

    public string? PreviousKeyHint { get; set; }

    /// <summary>When the credential that stands was put in the place of another.</summary>
    public DateTimeOffset? RotatedAt { get; set; }

    /// <summary>Whether the vendor's list of models is taken over by itself.</summary>
    public bool SyncModels { get; set; }

    public DateTimeOffset? SyncedAt { get; set; }

    /// <summary>What is left at the vendor, in <see cref="BalanceCurrency"/>; null where it tells none.</summary>
    public decimal? Balance { get; set; }

    /// <summary>ISO 4217.</summary>
    public string? BalanceCurrency { get; set; }

    /// <summary>Null: every model it has prices for.</summary>
    public string[]? Models { get; set; }

    /// <summary>Asked model → the vendor's own name.</summary>
    public Dictionary<string, string> ModelMap { get; set; } = [];

    public int Weight { get; set; } = 1;

    /// <summary>Lower is tried first.</summary>
    public int Priority { get; set; }

    public bool Enabled { get; set; } = true;

    /// <summary>The environment whose keys alone it serves; null: those of every environment, and of none.</summary>
    public Guid? EnvironmentId { get; set; }

    /// <summary>Lets the address be private, within <c>Portal:PrivateUpstreams</c>.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>Requests a minute that one node sends there; null: as many as come.</summary>
    public int? Rpm { get; set; }

    /// <summary>Tokens a minute that one node sends there and takes back.</summary>
    public int? Tpm { get; set; }

    /// <summary>Calls of one node at a time.</summary>
    public int? Concurrency { get; set; }

    public DateTimeOffset? TestedAt { get; set; }

    public bool? TestOk { get; set; }

    public string? TestError { get; set; }

    /// <summary>A deleted account stays for the names of its entries; its credential is wiped.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

internal sealed class ProviderAccountMapping : IEntityTypeConfiguration<ProviderAccount>
{
    public void Configure(EntityTypeBuilder<ProviderAccount> builder)
    {
        builder.ToTable("providers");
        builder.Property(p => p.Name).HasMaxLength(200);
        builder.Property(p => p.Kind).HasMaxLength(40);
        builder.Property(p => p.BaseUrl).HasMaxLength(500);
        builder.Property(p => p.ApiKeyHint).HasMaxLength(20);
        builder.Property(p => p.PreviousKeyHint).HasMaxLength(20);
        builder.Property(p => p.Balance).HasPrecision(24, 6);
        builder.Property(p => p.BalanceCurrency).HasMaxLength(3);
        builder.Property(p => p.TestError).HasMaxLength(500);
        builder.Property(p => p.ModelMap).HasJson();
        builder.HasOne<DeploymentEnvironment>().WithMany().HasForeignKey(p => p.EnvironmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(p => new { p.OrganizationId, p.Name }).IsUnique().HasFilter("deleted_at IS NULL");
    }
}

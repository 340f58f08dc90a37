using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>What a contract takes off every price of one account, or of all the organization's accounts at a vendor.</summary>
public sealed class PriceDiscount : TenantRow
{
    /// <summary>The account it is for; null: every account of the vendor.</summary>
    public Guid? ProviderId { get; set; }

    public required string Vendor { get; set; }

    /// <summary>The model it is for, by its name upstream; null: every one.</summary>
    public string? ModelName { get; set; }

    /// <summary>Above 0, below 100.</summary>
    public decimal Percent { get; set; }

    public DateTimeOffset EffectiveFrom { get; set; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? EffectiveTo { get; set; }

    /// <summary>The contract.</summary>
    public string? Source { get; set; }

    public Guid? AuthorId { get; set; }

    public bool InForceAt(DateTimeOffset instant) => instant >= EffectiveFrom && (EffectiveTo is not { } end || instant < end);
}

internal sealed class PriceDiscountMapping : IEntityTypeConfiguration<PriceDiscount>
{
    public void Configure(EntityTypeBuilder<PriceDiscount> builder)
    {
        builder.ToTable("price_discounts");
        builder.Property(d => d.Vendor).HasMaxLength(60);
        builder.Property(d => d.ModelName).HasMaxLength(256);
        builder.Property(d => d.Source).HasMaxLength(300);
        builder.HasIndex(d => new { d.OrganizationId, d.Vendor });
    }
}

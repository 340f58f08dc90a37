using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Catalog;

/// <summary>
/// A price as it stands. Every change also adds a <see cref="PriceVersion"/>, so that an old ledger entry can be recomputed.
/// Built-in rows have no organization and are common to all.
/// </summary>
public sealed class PriceRow
{
    public Guid Id { get; set; }

    public Guid? OrganizationId { get; set; }

    /// <summary>The account it is for; null: every account of the vendor.</summary>
    public Guid? ProviderId { get; set; }

    public required string Vendor { get; set; }

    public required string ModelName { get; set; }

    public string ModelType { get; set; } = "chat";

    public string CostType { get; set; } = "ai_api";

    public string BillingUnit { get; set; } = "token";

    /// <summary>In <see cref="Currency"/> per <see cref="UnitSize"/> units, as are all prices here but the base price.</summary>
    public decimal InputPrice { get; set; }

    public decimal OutputPrice { get; set; }

    /// <summary>Per call.</summary>
    public decimal BasePrice { get; set; }

    public long UnitSize { get; set; } = 1_000_000;

    public decimal? CachedInputPrice { get; set; }

    public decimal? CacheWritePrice { get; set; }

    public decimal? ReasoningPrice { get; set; }

    public string Currency { get; set; } = "USD";

    public long? ContextWindow { get; set; }

    public int? MaxOutput { get; set; }

    /// <summary>A price of zero needs it said.</summary>
    public bool Free { get; set; }

    public DateTimeOffset EffectiveFrom { get; set; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? EffectiveTo { get; set; }

    public string? Source { get; set; }

    /// <summary>What it says beyond the prices above; null for most.</summary>
    public PriceDetails? Details { get; set; }

    public int Version { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The row as the price book reads it.</summary>
    public Price ToPrice() => new()
    {
        Id = Id,
        OrganizationId = OrganizationId,
        ProviderId = ProviderId,
        Vendor = Vendor,
        ModelName = ModelName,
        ModelType = ModelType,
        CostType = CostType,
        BillingUnit = BillingUnit,
        InputPrice = InputPrice,
        OutputPrice = OutputPrice,
        BasePrice = BasePrice,
        UnitSize = UnitSize,
        CachedInputPrice = CachedInputPrice,
        CacheWritePrice = CacheWritePrice,
        ReasoningPrice = ReasoningPrice,
        Currency = Currency,
        ContextWindow = ContextWindow,
        MaxOutput = MaxOutput,
        Free = Free,
        EffectiveFrom = EffectiveFrom,
        EffectiveTo = EffectiveTo,
        Source = Source,
        Version = Version,
        Details = Details,
    };

    internal static PriceRow Of(Price price, DateTimeOffset now) => new()
    {
        Id = price.Id,
        OrganizationId = price.OrganizationId,
        ProviderId = price.ProviderId,
        Vendor = price.Vendor,
        ModelName = price.ModelName,
        ModelType = price.ModelType,
        CostType = price.CostType,
        BillingUnit = price.BillingUnit,
        InputPrice = price.InputPrice,
        OutputPrice = price.OutputPrice,
        BasePrice = price.BasePrice,
        UnitSize = price.UnitSize,
        CachedInputPrice = price.CachedInputPrice,
        CacheWritePrice = price.CacheWritePrice,
        ReasoningPrice = price.ReasoningPrice,
        Currency = price.Currency,
        ContextWindow = price.ContextWindow,
        MaxOutput = price.MaxOutput,
        Free = price.Free,
        EffectiveFrom = price.EffectiveFrom,
        EffectiveTo = price.EffectiveTo,
        Source = price.Source,
        Version = price.Version,
        Details = price.Details,
        CreatedAt = now,
        UpdatedAt = now,
    };
}

/// <summary>What a price said from one change to the next; never altered.</summary>
public sealed class PriceVersion
{
    public Guid PriceId { get; set; }

    public int Version { get; set; }

    public Guid? OrganizationId { get; set; }

    /// <summary>The price as JSON, snake_case.</summary>
    public required string Terms { get; set; }

    public Guid? AuthorId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class PriceRowMapping : IEntityTypeConfiguration<PriceRow>, IEntityTypeConfiguration<PriceVersion>
{
    public void Configure(EntityTypeBuilder<PriceRow> builder)
    {
        builder.ToTable("prices");
        builder.Property(p => p.Vendor).HasMaxLength(60);
        builder.Property(p => p.ModelName).HasMaxLength(256);
        builder.Property(p => p.ModelType).HasMaxLength(40);
        builder.Property(p => p.CostType).HasMaxLength(40);
        builder.Property(p => p.BillingUnit).HasMaxLength(40);
        builder.Property(p => p.Currency).HasMaxLength(3);
        builder.Property(p => p.Source).HasMaxLength(300);
        builder.Property(p => p.Details).HasJson();
        builder.HasIndex(p => new { p.OrganizationId, p.Vendor, p.ModelName });
    }

    public void Configure(EntityTypeBuilder<PriceVersion> builder)
    {
        builder.ToTable("price_versions");
        builder.HasKey(p => new { p.PriceId, p.Version });
        builder.Property(p => p.Terms).HasColumnType("jsonb");
    }
}

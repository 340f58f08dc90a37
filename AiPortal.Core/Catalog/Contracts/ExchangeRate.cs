using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>What a currency was worth from an instant on, until a later rate of the same currency. Never changed: a mistake is corrected by a later rate.</summary>
public sealed class ExchangeRate : TenantRow
{
    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>USD for one unit.</summary>
    public decimal UsdPerUnit { get; set; }

    public DateTimeOffset EffectiveFrom { get; set; }

    public string? Source { get; set; }

    public Guid? AuthorId { get; set; }
}

internal sealed class ExchangeRateMapping : IEntityTypeConfiguration<ExchangeRate>
{
    public void Configure(EntityTypeBuilder<ExchangeRate> builder)
    {
        builder.ToTable("exchange_rates");
        builder.Property(r => r.Currency).HasMaxLength(3);
        builder.Property(r => r.Source).HasMaxLength(300);
        builder.HasIndex(r => new { r.OrganizationId, r.Currency, r.EffectiveFrom }).IsUnique();
    }
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AiPortal.Core.Tenancy;

/// <summary>What happens to a call whose model has no price in force.</summary>
public enum UnpricedModelPolicy
{
    /// <summary>Refused; the default.</summary>
    Block,

    /// <summary>Held and booked at <see cref="Organization.CeilingPrice"/>, marked estimated.</summary>
    Ceiling,

    /// <summary>Zero cost, marked; refused where a blocking budget is on the chain.</summary>
    Flag,
}

/// <summary>A tenant: one company or division, with its own calendar, prices, keys and bills.</summary>
public sealed class Organization : TenantRow, ILimitedRow
{
    public required string Name { get; set; }

    /// <summary>IANA name; every period, day and bill of the organization is cut in it.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>ISO 4217; bills default to it, the ledger stays in USD.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>Month 1–12 in which the fiscal year begins.</summary>
    public int FiscalYearStart { get; set; } = 1;

    /// <summary>Monday, Sunday or Saturday: the day on which a week of its calendar begins.</summary>
    public DayOfWeek WeekStart { get; set; } = DayOfWeek.Monday;

    public UnpricedModelPolicy UnpricedModelPolicy { get; set; }

    /// <summary>USD per million tokens, input and output alike, for the policy <see cref="UnpricedModelPolicy.Ceiling"/>.</summary>
    public decimal? CeilingPrice { get; set; }

    public BodyLogging BodyLogging { get; set; }

    /// <summary>Days that a body is kept from the beginning of its call, 1 to 365.</summary>
    public int BodyRetentionDays { get; set; } = BodyPolicy.StandardDays;

    /// <summary>Each at most once.</summary>
    public IReadOnlyList<BodyRedaction> BodyRedaction { get; set; } = BodyPolicy.AllRedactions;

    /// <summary>Days that audit events are kept, at least a year of them; null: for ever.</summary>
    public int? AuditRetentionDays { get; set; }

    public int? Rpm { get; set; }

    public int? Tpm { get; set; }

    public int? Concurrency { get; set; }

    /// <summary>For keys that say nothing of their own; null: off.</summary>
    public CacheTerms? Cache { get; set; }

    /// <summary>Roles whose holders must use two-factor; each at most once.</summary>
    public IReadOnlyList<Role> TwoFactorRoles { get; set; } = [];

    /// <summary>The made-up organization of a demo start.</summary>
    public bool IsDemo { get; set; }
}

internal sealed class OrganizationMapping : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.ToTable("organizations");
        builder.Property(o => o.Name).HasMaxLength(200);
        builder.Property(o => o.TimeZone).HasMaxLength(64);
        builder.Property(o => o.Currency).HasMaxLength(3);
        builder.Property(o => o.Cache).HasJson();
        HasWords(builder.Property(o => o.BodyRedaction));
        HasWords(builder.Property(o => o.TwoFactorRoles)).HasDefaultValueSql("'{}'");
    }

    private static PropertyBuilder<IReadOnlyList<T>> HasWords<T>(PropertyBuilder<IReadOnlyList<T>> property) where T : struct, Enum
    {
        property.HasColumnType("text[]").HasConversion(
            new ValueConverter<IReadOnlyList<T>, string[]>(list => list.Select(EnumWord.Of).ToArray(), words => words.Select(EnumWord.Parse<T>).ToArray()),
            new ValueComparer<IReadOnlyList<T>>(
                (a, b) => (a ?? Array.Empty<T>()).SequenceEqual(b ?? Array.Empty<T>()), list => list.Aggregate(0, HashCode.Combine), list => list.ToArray()));
        return property;
    }
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Ledger.Days;

/// <summary>What days are summed by. The months are for what there can be tens of thousands of.</summary>
public enum UsageDimension
{
    Organization,
    Department,
    Team,
    Project,
    CostCenter,
    Environment,
    User,
    Key,
    Provider,
    Model,
    RequestType,
    CostType,

    /// <summary>By user, whole months: <see cref="UsageDay.Day"/> is the first of the month.</summary>
    UserMonth,

    /// <summary>By key, whole months: <see cref="UsageDay.Day"/> is the first of the month.</summary>
    KeyMonth,
}

/// <summary>
/// Sums of a day in the organization's time zone by one dimension, kept in the transaction that writes the entries: what reads over
/// weeks need, in as many rows as they show. Amounts are USD. What crosses dimensions or cuts days is in <see cref="UsageRollup"/>.
/// </summary>
public sealed class UsageDay : TenantRow
{
    public UsageDimension Dimension { get; set; }

    public DateOnly Day { get; set; }

    /// <summary>Null where calls were attributed to none, and where the dimension is a name.</summary>
    public Guid? ValueId { get; set; }

    /// <summary>The model, request type or cost type; the provider's name where it has no id.</summary>
    public string? ValueName { get; set; }

    /// <summary>Calls: usage entries that are final.</summary>
    public long Requests { get; set; }

    /// <summary>Entries of any kind.</summary>
    public long Entries { get; set; }

    /// <summary>Entries that failed.</summary>
    public long Failed { get; set; }

    /// <summary>Units of every kind.</summary>
    public long Tokens { get; set; }

    /// <summary>Of <see cref="Requests"/>, those to AI: not what was imported from elsewhere.</summary>
    public long AiRequests { get; set; }

    /// <summary>Of <see cref="Tokens"/>, those of AI.</summary>
    public long AiTokens { get; set; }

    public decimal TotalCost { get; set; }

    public decimal UnresolvedCost { get; set; }
}

internal sealed class UsageDayMapping : IEntityTypeConfiguration<UsageDay>
{
    public void Configure(EntityTypeBuilder<UsageDay> builder)
    {
        builder.ToTable("usage_days", table => table.ExcludeFromMigrations());
        builder.HasNoKey();
        builder.Ignore(d => d.Id);
        builder.Ignore(d => d.CreatedAt);
        builder.Ignore(d => d.UpdatedAt);
    }
}

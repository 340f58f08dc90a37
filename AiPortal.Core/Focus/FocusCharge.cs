using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Focus;

/// <summary>An id with what it is called today.</summary>
public sealed record FocusName(Guid Id, string Name);

/// <summary>
/// What one meter of one model cost one key in one day (UTC), in USD: a row of a FOCUS file before it is in anybody's currency. A
/// meter has one unit price; <c>UnitPrice</c> is null where no price version says it.
/// </summary>
public sealed record FocusCharge
{
    public required DateTimeOffset Day { get; init; }

    public required EntryKind Kind { get; init; }

    /// <summary>"Input Tokens", "Requests" …</summary>
    public required string Meter { get; init; }

    /// <summary>Plural and capitalised, as FOCUS has it; null where nothing was counted.</summary>
    public required string? Unit { get; init; }

    public required decimal? Quantity { get; init; }

    public required decimal? UnitPrice { get; init; }

    public required long UnitSize { get; init; }

    public required decimal CostUsd { get; init; }

    /// <summary>Entries behind it.</summary>
    public required long Entries { get; init; }

    public required string ProviderName { get; init; }

    public required string ModelName { get; init; }

    public required string? UpstreamModel { get; init; }

    public required string CostType { get; init; }

    public required string? Vendor { get; init; }

    public Guid? PriceId { get; init; }

    public int? PriceVersion { get; init; }

    public FocusName? Key { get; init; }

    public FocusName? Team { get; init; }

    public FocusName? Project { get; init; }

    public FocusName? CostCenter { get; init; }

    public FocusName? Environment { get; init; }

    public Guid? UserId { get; init; }
}

/// <summary>The sums of entries that only differ in time within a day and in size.</summary>
internal sealed record FocusSum
{
    /// <summary>With month and day, of the day in UTC.</summary>
    public int Year { get; init; }

    public int Month { get; init; }

    public int Day { get; init; }

    public Guid? KeyId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? EnvironmentId { get; init; }

    public Guid? UserId { get; init; }

    public required string ProviderName { get; init; }

    public required string ModelName { get; init; }

    public string? UpstreamModel { get; init; }

    public required string CostType { get; init; }

    public EntryKind Kind { get; init; }

    public Guid? PriceId { get; init; }

    public int? PriceVersion { get; init; }

    public long Entries { get; init; }

    public long Input { get; init; }

    public long CachedInput { get; init; }

    public long CacheWrite { get; init; }

    public long Output { get; init; }

    public long Reasoning { get; init; }

    public Cost Cost { get; init; }
}

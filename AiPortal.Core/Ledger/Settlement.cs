using AiPortal.Core.Catalog;

namespace AiPortal.Core.Ledger;

/// <summary>What became of an attempt: usage and cost by kind. Journals on disk hold it as JSON, so new members must be optional.</summary>
public sealed record Settlement
{
    /// <summary>The <see cref="Intent.EntryId"/> that this settles.</summary>
    public required Guid EntryId { get; init; }

    public required EntryStatus Status { get; init; }

    /// <summary>The provider reported no usage; the units are counted by the gateway.</summary>
    public bool Estimated { get; init; }

    /// <summary>The attempt whose outcome the caller got.</summary>
    public bool Final { get; init; }

    public Usage Usage { get; init; }

    /// <summary>USD by kind; their sum is the entry's total.</summary>
    public Cost Cost { get; init; }

    public int LatencyMs { get; init; }

    /// <summary>Milliseconds to the first token; null when none came or the answer was not streamed.</summary>
    public int? TtftMs { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    public string? UpstreamRequestId { get; init; }

    public string? ErrorCode { get; init; }

    public int? UpstreamStatus { get; init; }

    /// <summary>The provider billed more than the strict hold thought possible.</summary>
    public bool AboveCeiling { get; init; }

    public string? ServiceTier { get; init; }

    /// <summary>What besides units, price and tier made the cost; null for most.</summary>
    public CostNotes? Notes { get; init; }
}

using AiPortal.Core.Catalog;

namespace AiPortal.Core.Gateway;

/// <summary>What was wrong with a provider's usage figures. The figures were bent to make sense; the ledger marks the entry.</summary>
[Flags]
public enum UsageDoubts
{
    None = 0,
    Negative = 1 << 0,
    NotWholeNumber = 1 << 1,
    TooLarge = 1 << 2,
    CachedAboveInput = 1 << 3,
    ReasoningAboveOutput = 1 << 4,
    TotalDiffers = 1 << 5,

    /// <summary>The length of the sound is told from its bytes. Of no matter where something else is charged.</summary>
    AudioGuessed = 1 << 6,
}

/// <summary>Usage as a provider reported it, in disjoint kinds.</summary>
public readonly record struct UsageReading(Usage Usage, UsageDoubts Doubts)
{
    /// <summary>The tier, where the provider names it beside its figures.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Where the call was served, where the provider names it beside its figures.</summary>
    public string? Region { get; init; }

    /// <summary>USD, where the provider says what the call costs.</summary>
    public decimal? ReportedCost { get; init; }
}

namespace AiPortal.Core.Billing;

/// <summary>The parts of a bill.</summary>
public static class BillSections
{
    public const string Usage = "usage";

    /// <summary>Adjustments, refunds and reconciliations.</summary>
    public const string Adjustment = "adjustment";

    /// <summary>Holds of calls with an unknown outcome; outside the total.</summary>
    public const string Unresolved = "unresolved";

    /// <summary>As they are printed.</summary>
    public static IReadOnlyList<string> All { get; } = [Usage, Adjustment, Unresolved];
}

/// <summary>The ledger's exact sum of one bill line, before names and printed amounts.</summary>
public sealed record BillSum
{
    public required string Section { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public required string ProviderName { get; init; }

    public required string ModelName { get; init; }

    public required string CostType { get; init; }

    /// <summary>Calls in the usage section; entries in the others.</summary>
    public long Requests { get; init; }

    /// <summary>Tokens neither read from a cache nor reasoning; those written to a cache included.</summary>
    public long InputUnits { get; init; }

    public long CachedInputUnits { get; init; }

    public long OutputUnits { get; init; }

    public long ReasoningUnits { get; init; }

    public decimal AmountUsd { get; init; }

    /// <summary>True for what only failed and cost nothing: no line tells of it.</summary>
    internal bool IsEmpty =>
        AmountUsd == 0 && Requests == 0 && InputUnits == 0 && CachedInputUnits == 0 && OutputUnits == 0 && ReasoningUnits == 0;
}

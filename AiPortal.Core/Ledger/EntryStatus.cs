namespace AiPortal.Core.Ledger;

/// <summary>How an attempt ended. The numbers are in journals on disk, the words in the database: never renumber, never rename.</summary>
public enum EntryStatus
{
    Ok = 0,
    /// <summary>Refused or broken upstream; its cost is what the provider charged, usually zero.</summary>
    Failed = 1,

    /// <summary>Cut short, by the caller or the provider; what was produced is charged.</summary>
    Partial = 2,

    /// <summary>
    /// Nobody knows whether the provider served it: the process died between intent and settlement, or the answer was lost. Counts
    /// against budgets at its hold, is never confirmed spend.
    /// </summary>
    Unknown = 3,
}

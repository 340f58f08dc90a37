namespace AiPortal.Core.Ledger.Counting;

/// <summary>What is counted of entries. The numbers are in journals on disk, the words in the database: never renumber, never rename.</summary>
public enum CountedUnit
{
    Usd = 0,

    /// <summary>Everything that went in and came out, cached and reasoning tokens included.</summary>
    Tokens = 1,

    /// <summary>Attempts that a provider served.</summary>
    Requests = 2,
}

namespace AiPortal.Core.Ledger.Counting;

/// <summary>
/// The one definition of what an entry counts for in each unit, for rows in memory and in SQL. Usage imported from elsewhere
/// counts only in money: its units may be minutes or gigabytes. Corrections of money count only in money; what settles an unknown
/// outcome takes away what that counted for, and counts as a request if it cost or used anything.
/// </summary>
public static class CountedAmounts
{
    private const string TokenSum = "input_units + {0}.cached_input_units + {0}.cache_write_units + {0}.output_units + {0}.reasoning_units";

    /// <summary>Settled: USD, tokens, or requests that were answered in whole or in part.</summary>
    public static decimal Spent(LedgerEntry entry, CountedUnit unit)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return unit switch
        {
            CountedUnit.Usd => entry.TotalCost,
            CountedUnit.Tokens => entry is { ExternalId: null, Status: not EntryStatus.Unknown } ? TokensOf(entry) : 0,
            CountedUnit.Requests => entry.ExternalId is null && IsServed(entry) ? 1 : 0,
        };
    }

    /// <summary>Of unknown outcome; below zero in the entry that settles one.</summary>
    public static decimal Unknown(LedgerEntry entry, CountedUnit unit)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return unit switch
        {
            CountedUnit.Usd => entry.UnresolvedCost,
            CountedUnit.Tokens => entry.UnresolvedTokens,
            CountedUnit.Requests => Math.Sign(entry.UnresolvedTokens),
        };
    }

    /// <summary>What a settlement counts for once it is an entry; an unknown outcome is none of these.</summary>
    public static decimal Spent(Settlement settlement, CountedUnit unit)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        return unit switch
        {
            CountedUnit.Usd => Money.Usd.Round12(settlement.Cost.Total),
            CountedUnit.Tokens => settlement.Usage.Total,
            CountedUnit.Requests => IsServed(settlement.Status) ? 1 : 0,
        };
    }

    public static bool IsServed(EntryStatus status) => status is EntryStatus.Ok or EntryStatus.Partial;

    /// <summary><see cref="Spent(LedgerEntry, CountedUnit)"/> in SQL.</summary>
    /// <param name="entry">The alias of <c>ledger_entries</c>.</param>
    /// <param name="unit">The unit.</param>
    public static string SpentSql(string entry, CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => $"{entry}.total_cost",
        CountedUnit.Tokens => $"CASE WHEN {entry}.external_id IS NULL AND {entry}.status <> 'unknown' THEN {TokensSql(entry)} ELSE 0 END",
        CountedUnit.Requests => $"""
            CASE WHEN {entry}.external_id IS NULL AND (({entry}.kind = 'usage' AND {entry}.status IN ('ok', 'partial'))
              OR ({entry}.unresolved_tokens < 0 AND ({entry}.total_cost > 0 OR {TokensSql(entry)} > 0))) THEN 1 ELSE 0 END
            """,
    };

    /// <summary><see cref="Unknown(LedgerEntry, CountedUnit)"/> in SQL.</summary>
    /// <inheritdoc cref="SpentSql(string, CountedUnit)"/>
    public static string UnknownSql(string entry, CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => $"{entry}.unresolved_cost",
        CountedUnit.Tokens => $"{entry}.unresolved_tokens",
        CountedUnit.Requests => $"sign({entry}.unresolved_tokens)::int",
    };

    /// <summary>The same in the unit that a column names.</summary>
    /// <param name="entry">The alias of <c>ledger_entries</c>.</param>
    /// <param name="unitColumn">As <c>b.unit</c>.</param>
    public static string SpentSql(string entry, string unitColumn) =>
        $"CASE {unitColumn} WHEN 'usd' THEN {SpentSql(entry, CountedUnit.Usd)} WHEN 'tokens' THEN {SpentSql(entry, CountedUnit.Tokens)} ELSE {SpentSql(entry, CountedUnit.Requests)} END";

    /// <inheritdoc cref="SpentSql(string, string)"/>
    public static string UnknownSql(string entry, string unitColumn) =>
        $"CASE {unitColumn} WHEN 'usd' THEN {UnknownSql(entry, CountedUnit.Usd)} WHEN 'tokens' THEN {UnknownSql(entry, CountedUnit.Tokens)} ELSE {UnknownSql(entry, CountedUnit.Requests)} END";

    private static string TokensSql(string entry) => $"({entry}.{TokenSum.Replace("{0}", entry, StringComparison.Ordinal)})";

    private static long TokensOf(LedgerEntry entry) =>
        entry.InputUnits + entry.CachedInputUnits + entry.CacheWriteUnits + entry.OutputUnits + entry.ReasoningUnits;

    private static bool IsServed(LedgerEntry entry) =>
        (entry.Kind == EntryKind.Usage && IsServed(entry.Status)) || (entry.UnresolvedTokens < 0 && (entry.TotalCost > 0 || TokensOf(entry) > 0));
}

using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>
/// What a call can take of budgets before it is made: at most, and as learned, in USD and in tokens. It is one request in any case.
/// </summary>
public readonly record struct CallAmounts(decimal StrictUsd, decimal LearnedUsd, long StrictTokens = 0, long LearnedTokens = 0)
{
    /// <summary>The smallest parts of one whole unit that counters count, of dollars as of tokens and requests.</summary>
    private const long Parts = 1_000_000_000_000;

    /// <summary>In the parts that cells count. Strict amounts are never below learned ones.</summary>
    internal CallParts ToParts()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(StrictUsd);
        ArgumentOutOfRangeException.ThrowIfNegative(LearnedUsd);
        ArgumentOutOfRangeException.ThrowIfNegative(StrictTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(LearnedTokens);
        var usd = Usd.ToPico(Usd.Ceiling12(StrictUsd));
        var tokens = Tokens(StrictTokens);
        return new CallParts(
            usd, Int128.Min(usd, Usd.ToPico(Usd.Ceiling12(LearnedUsd))), tokens, Int128.Min(tokens, Tokens(LearnedTokens)), Parts);
    }

    /// <summary>No limit is larger, so nothing that fits is cut.</summary>
    private static Int128 Tokens(long tokens) => (Int128)Math.Min(tokens, (long)BudgetDraft.MostUnits + 1) * Parts;
}

/// <summary><see cref="CallAmounts"/> as cells count.</summary>
internal readonly record struct CallParts(Int128 StrictUsd, Int128 LearnedUsd, Int128 StrictTokens, Int128 LearnedTokens, Int128 Request)
{
    public Int128 Of(BudgetLine line) => (line.Unit, line.Hold) switch
    {
        (CountedUnit.Usd, HoldKind.Strict) => StrictUsd,
        (CountedUnit.Usd, HoldKind.Learned) => LearnedUsd,
        (CountedUnit.Tokens, HoldKind.Strict) => StrictTokens,
        (CountedUnit.Tokens, HoldKind.Learned) => LearnedTokens,
        (CountedUnit.Requests, _) => Request,
    };
}

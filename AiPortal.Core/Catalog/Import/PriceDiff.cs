namespace AiPortal.Core.Catalog.Import;

/// <summary>What an import does to a price.</summary>
public enum PriceChangeKind
{
    /// <summary>The organization gets a price of its own for the model.</summary>
    Added,

    /// <summary>Its own price gets a version.</summary>
    Changed,

    /// <summary>Its own price ends: the file no longer has it.</summary>
    Ended,

    /// <summary>What counts says so already.</summary>
    Same,
}

/// <summary>One line of the difference. <c>Before</c> is what counts now, the built-in price where <c>BeforeIsBuiltIn</c>.</summary>
public sealed record PriceDiffRow(PriceChangeKind Change, string Provider, string Model, Guid? PriceId, PriceTerms? Before, bool BeforeIsBuiltIn, PriceTerms? After);

/// <summary>What an import would do, or did.</summary>
public sealed record PriceDiff(bool Applied, IReadOnlyList<PriceDiffRow> Rows)
{
    public int Count(PriceChangeKind change) => Rows.Count(row => row.Change == change);
}

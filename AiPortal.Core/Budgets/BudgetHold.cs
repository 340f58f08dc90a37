using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>An amount in USD that a call holds of one cell.</summary>
public readonly record struct BudgetHeld(BudgetCellKey Key, decimal Amount);

/// <summary>
/// What one attempt holds of every budget of its chain. It ends once, in one of three ways; whichever comes first counts,
/// and every later one does nothing and answers false. Thread-safe.
/// </summary>
public sealed class BudgetHold
{
    private readonly (BudgetCell Cell, Int128 Amount)[] _cells;
    private readonly OvershootExposure? _exposure;
    private readonly Int128 _exposed;
    private int _ended;

    internal BudgetHold((BudgetCell Cell, Int128 Amount)[] cells, OvershootExposure? exposure, Int128 exposed)
    {
        _cells = cells;
        _exposure = exposure;
        _exposed = exposed;
        _exposure?.Add(exposed);
    }

    /// <summary>What is held, cell by cell: what the journal's intent must carry.</summary>
    public IReadOnlyList<BudgetHeld> Lines =>
        Array.ConvertAll(_cells, held => new BudgetHeld(held.Cell.Key, Usd.FromPico(held.Amount)));

    /// <summary>Replaces the hold by what the call cost, which may be more than it held, in USD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cost is negative.</exception>
    public bool Settle(decimal actual)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(actual);
        var spent = Usd.ToPico(Usd.Round12(actual));
        if (!TryEnd())
            return false;
        foreach (var (cell, amount) in _cells)
            cell.End(amount, spent: spent, unknown: 0);

        return true;
    }

    /// <summary>Gives everything back: nothing was sent, or the provider refused it.</summary>
    public bool Release()
    {
        if (!TryEnd())
            return false;
        foreach (var (cell, amount) in _cells)
            cell.End(amount, spent: 0, unknown: 0);

        return true;
    }

    /// <summary>Keeps every amount as unknown: the provider may have accepted the call, and nobody knows what it cost.</summary>
    public bool Unknown()
    {
        if (!TryEnd())
            return false;
        foreach (var (cell, amount) in _cells)
            cell.End(amount, spent: 0, unknown: amount);

        return true;
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return false;
        _exposure?.Add(-_exposed);
        return true;
    }
}

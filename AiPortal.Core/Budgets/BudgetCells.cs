using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>The cells in use. A cell leaves only while it is locked and quiet, and whoever held on to it looks again.</summary>
internal sealed class BudgetCells
{
    /// <summary>How long a cell outlives its period: a call that began in it may try another provider that late.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(2);

    private readonly ConcurrentDictionary<BudgetCellKey, BudgetCell> _cells = new();

    public IEnumerable<BudgetCell> All => _cells.Values;

    public bool Contains(BudgetCellKey key) => _cells.ContainsKey(key);

    /// <summary>The locked cell of a key, made when there is none. <paramref name="loaded"/>: its line has been loaded, so a new cell starts from nothing.</summary>
    public BudgetCell Enter(BudgetCellKey key, bool loaded)
    {
        while (true)
        {
            var cell = _cells.GetOrAdd(key, static (key, loaded) => new BudgetCell(key) { Seeded = loaded }, loaded);
            cell.Enter();
            if (!cell.Retired)
                return cell;
            cell.Exit();
        }
    }

    /// <summary>The locked cell of a key, if there is one.</summary>
    public bool TryEnter(BudgetCellKey key, [NotNullWhen(true)] out BudgetCell? cell)
    {
        while (_cells.TryGetValue(key, out cell))
        {
            cell.Enter();
            if (!cell.Retired)
                return true;
            cell.Exit();
        }

        return false;
    }

    /// <summary>Starts a cell from the database; one that is in use keeps its own counters, unless its line was never loaded.</summary>
    public void Seed(BudgetSeed seed)
    {
        var (spent, unknown) = (Usd.ToPico(seed.Spent), Usd.ToPico(seed.Unknown));
        var cell = Enter(seed.Key, loaded: false);
        if (!cell.Seeded)
        {
            cell.SpentInDb = spent;
            cell.UnknownInDb = unknown;
            cell.Seeded = true;
        }

        cell.Exit();
    }

    public void RetireIfQuiet(BudgetCell cell)
    {
        cell.Enter();
        if (cell.IsQuiet && !cell.Retired)
        {
            cell.Retired = true;
            _cells.TryRemove(new KeyValuePair<BudgetCellKey, BudgetCell>(cell.Key, cell));
        }

        cell.Exit();
    }

    public void Sweep(DateTimeOffset now)
    {
        foreach (var cell in _cells.Values)
        {
            if (now - Grace - cell.Key.PeriodStart > LongestLength(cell.Key.PeriodType))
                RetireIfQuiet(cell);
        }
    }

    private static TimeSpan LongestLength(PeriodType type) => type switch
    {
        PeriodType.Hourly => TimeSpan.FromHours(1),
        PeriodType.Daily => TimeSpan.FromHours(26),
        PeriodType.Weekly => TimeSpan.FromDays(8),
        PeriodType.Monthly => TimeSpan.FromDays(32),
        PeriodType.Quarterly => TimeSpan.FromDays(93),
        PeriodType.Yearly => TimeSpan.FromDays(367),
        PeriodType.Total => TimeSpan.MaxValue,
    };
}

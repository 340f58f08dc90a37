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
            if (!_cells.TryGetValue(key, out var cell))
            {
                var made = new BudgetCell(key);
                if (loaded)
                    made.MarkLoaded();
                cell = _cells.GetOrAdd(key, made);
            }

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

    /// <summary>Starts a cell from the database, or brings it up to date.</summary>
    public void Seed(BudgetSeed seed)
    {
        var cell = Enter(seed.Key, loaded: false);
        cell.Glean(Usd.ToPico(seed.Spent), Usd.ToPico(seed.Unknown), seed.Version);
        cell.Exit();
    }

    /// <summary>True where a lease is left that must be returned before the cell can go.</summary>
    public bool RetireIfQuiet(BudgetCell cell)
    {
        cell.Enter();
        var quiet = cell.IsQuiet && !cell.Retired;
        var owes = quiet && !cell.Lease.IsEmpty;
        if (quiet && !owes)
        {
            cell.Retired = true;
            _cells.TryRemove(new KeyValuePair<BudgetCellKey, BudgetCell>(cell.Key, cell));
        }

        cell.Exit();
        return owes;
    }

    /// <summary>Forgets cells of periods long ended; answers those that must return their lease first.</summary>
    public IReadOnlyList<BudgetCell> Sweep(DateTimeOffset now) =>
        [.. _cells.Values.Where(cell => now - Grace - cell.Key.PeriodStart > LongestLength(cell.Key.PeriodType) && RetireIfQuiet(cell))];

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

using AiPortal.Core.Budgets;
using AiPortal.Core.Money;

namespace AiPortal.Tests.Budgets;

/// <summary>What <see cref="BudgetBook"/> should do, written for one thread, in decimals, as plainly as it can be said.</summary>
internal sealed class BudgetReference
{
    private readonly Dictionary<BudgetCellKey, Cell> _cells = [];
    private Dictionary<(Guid, PeriodType), BudgetLine> _lines = [];

    public Dictionary<int, Call> Open { get; } = [];

    public decimal Exposure => Open.Values.Sum(call => call.Exposed);

    public void Update(IEnumerable<BudgetLine> lines)
    {
        _lines = lines.ToDictionary(line => (line.BudgetId, line.PeriodType));
        foreach (var key in _cells.Keys.Where(key => !_lines.ContainsKey((key.BudgetId, key.PeriodType)) && IsQuiet(key)).ToList())
            _cells.Remove(key);
        foreach (var (key, cell) in _cells)
            cell.Loaded |= _lines.ContainsKey((key.BudgetId, key.PeriodType));
    }

    public void Seed(BudgetCellKey key, decimal spent, decimal unknown)
    {
        if (_cells.TryGetValue(key, out var cell) && cell.Loaded)
            return;
        cell = _cells[key] = cell ?? new Cell();
        (cell.InDb, cell.UnknownInDb, cell.Loaded) = (spent, unknown, true);
    }

    public BudgetLine? Hold(int id, IReadOnlyList<BudgetLine> chain, DateTimeOffset at, decimal strict, decimal learned)
    {
        var claims = chain.Select(line => _lines.GetValueOrDefault((line.BudgetId, line.PeriodType), line))
            .Select(line => (Line: line, Key: Lines.Key(line, at), Amount: line.Hold == HoldKind.Strict ? strict : Math.Min(strict, learned)))
            .ToList();
        claims.ForEach(claim => CellOf(claim.Key));
        foreach (var (line, key, amount) in claims)
        {
            if (line.Action == BudgetAction.Block && CellOf(key).Taken + amount > line.Limit)
                return line;
        }

        var exposed = claims.Where(claim => claim.Line.Action == BudgetAction.Block)
            .Select(claim => strict - claim.Amount).DefaultIfEmpty(0).Max();
        Open[id] = new Call(claims.Select(claim => (claim.Key, claim.Amount)).ToList(), exposed);
        foreach (var (_, key, amount) in claims)
            CellOf(key).Held += amount;
        return null;
    }

    public void End(int id, decimal spent, bool unknown)
    {
        foreach (var (key, amount) in Open[id].Held)
        {
            CellOf(key).Held -= amount;
            CellOf(key).Pending += spent;
            CellOf(key).PendingUnknown += unknown ? amount : 0;
        }

        Open.Remove(id);
    }

    public void Confirm(BudgetConfirmation confirmed)
    {
        if (!_lines.ContainsKey((confirmed.Key.BudgetId, confirmed.Key.PeriodType)) && !_cells.ContainsKey(confirmed.Key))
            return;
        var cell = CellOf(confirmed.Key);
        (cell.InDb, cell.UnknownInDb) = (confirmed.SpentInDb, confirmed.UnknownInDb);
        cell.Loaded = true;
        cell.Pending -= confirmed.DrainedSpent;
        cell.PendingUnknown -= confirmed.DrainedUnknown;
    }

    public (decimal Limit, decimal Spent, decimal Held, decimal Unknown) Read(BudgetLine line, DateTimeOffset at)
    {
        var current = _lines.GetValueOrDefault((line.BudgetId, line.PeriodType), line);
        return _cells.TryGetValue(Lines.Key(line, at), out var cell)
            ? (current.Limit, cell.InDb + cell.Pending, cell.Held, cell.UnknownInDb + cell.PendingUnknown)
            : (current.Limit, 0, 0, 0);
    }

    public IEnumerable<BudgetPending> Pending() =>
        from pair in _cells
        where pair.Value.Pending != 0 || pair.Value.PendingUnknown != 0
        select new BudgetPending(pair.Key, pair.Value.Pending, pair.Value.PendingUnknown);

    private bool IsQuiet(BudgetCellKey key) =>
        _cells[key] is { Pending: 0, PendingUnknown: 0 } && !Open.Values.Any(call => call.Held.Any(held => held.Key == key));

    private Cell CellOf(BudgetCellKey key)
    {
        if (!_cells.TryGetValue(key, out var cell))
            _cells[key] = cell = new Cell { Loaded = _lines.ContainsKey((key.BudgetId, key.PeriodType)) };
        return cell;
    }

    public sealed record Call(IReadOnlyList<(BudgetCellKey Key, decimal Amount)> Held, decimal Exposed);

    private sealed class Cell
    {
        public bool Loaded { get; set; }

        public decimal InDb { get; set; }

        public decimal UnknownInDb { get; set; }

        public decimal Pending { get; set; }

        public decimal PendingUnknown { get; set; }

        public decimal Held { get; set; }

        public decimal Taken => InDb + UnknownInDb + Pending + PendingUnknown + Held;
    }
}

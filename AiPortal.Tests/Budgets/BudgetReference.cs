using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Tests.Budgets;

/// <summary>
/// What several nodes with one database should do together, written for one thread, in decimals, as plainly as it can be said:
/// a call is admitted exactly when, of every limit, spent, unknown, pending and held everywhere leave room for it.
/// </summary>
internal sealed class BudgetReference
{
    private readonly Dictionary<BudgetCellKey, Cell> _cells = [];
    private Dictionary<(Guid, PeriodType), BudgetLine> _lines = [];

    public Dictionary<int, Call> Open { get; } = [];

    public decimal Exposure(int node) => Open.Values.Where(call => call.Node == node).Sum(call => call.Exposed);

    public void Configure(IEnumerable<BudgetLine> lines) => _lines = lines.ToDictionary(line => (line.BudgetId, line.PeriodType));

    /// <summary>Answers the lines that lack room, in the order of the chain; none when it is held.</summary>
    public IReadOnlyList<BudgetLine> Hold(int node, int id, IReadOnlyList<BudgetLine> chain, DateTimeOffset at, CallAmounts amounts)
    {
        var claims = chain.Select(line => _lines.GetValueOrDefault((line.BudgetId, line.PeriodType), line))
            .Select(line => (Line: line, Key: Lines.Key(line, at), Amount: AmountOf(line, amounts)))
            .ToList();
        var lacking = claims.Where(claim => _lines.ContainsKey((claim.Line.BudgetId, claim.Line.PeriodType))
            && claim.Line.Refuses && CellOf(claim.Key).Taken + claim.Amount > claim.Line.Limit).Select(claim => claim.Line).ToList();
        if (lacking.Count > 0)
            return lacking;

        var exposed = claims.Where(claim => claim.Line is { Refuses: true, Unit: CountedUnit.Usd })
            .Select(claim => amounts.StrictUsd - claim.Amount).DefaultIfEmpty(0).Max();
        Open[id] = new Call(node, claims.Select(claim => (claim.Key, claim.Amount, claim.Line.Unit)).ToList(), exposed);
        foreach (var (_, key, amount) in claims)
            CellOf(key).Of(node).Held += amount;
        return [];
    }

    public void End(int id, Spending spent, bool unknown)
    {
        foreach (var (key, amount, unit) in Open[id].Held)
        {
            var part = CellOf(key).Of(Open[id].Node);
            part.Held -= amount;
            part.Pending += spent.In(unit);
            part.PendingUnknown += unknown ? amount : 0;
        }

        Open.Remove(id);
    }

    public void Drain(int node, BudgetPending drained)
    {
        var cell = CellOf(drained.Key);
        (cell.Spent, cell.Unknown) = (cell.Spent + drained.Spent, cell.Unknown + drained.Unknown);
        cell.Of(node).Pending -= drained.Spent;
        cell.Of(node).PendingUnknown -= drained.Unknown;
    }

    public void Correct(BudgetCellKey key, decimal spent, decimal unknown) => (CellOf(key).Spent, CellOf(key).Unknown) = (spent, unknown);

    public (decimal Limit, decimal Spent, decimal Held, decimal Unknown) Read(int node, BudgetLine line, DateTimeOffset at)
    {
        var cell = CellOf(Lines.Key(line, at));
        var part = cell.Of(node);
        return (_lines.GetValueOrDefault((line.BudgetId, line.PeriodType), line).Limit, cell.Spent + part.Pending, part.Held, cell.Unknown + part.PendingUnknown);
    }

    public bool IsDrained(int node, BudgetCellKey key) => CellOf(key).Of(node) is { Pending: 0, PendingUnknown: 0 };

    public (decimal Spent, decimal Unknown) InDatabase(BudgetCellKey key) => (CellOf(key).Spent, CellOf(key).Unknown);

    public IEnumerable<BudgetPending> Pending(int node) =>
        from pair in _cells
        let part = pair.Value.Of(node)
        where part.Pending != 0 || part.PendingUnknown != 0
        select new BudgetPending(pair.Key, part.Pending, part.PendingUnknown);

    private Cell CellOf(BudgetCellKey key) => _cells.TryGetValue(key, out var cell) ? cell : _cells[key] = new Cell();

    private static decimal AmountOf(BudgetLine line, CallAmounts amounts)
    {
        var (strict, learned) = line.Unit switch
        {
            CountedUnit.Usd => (amounts.StrictUsd, amounts.LearnedUsd),
            CountedUnit.Tokens => (amounts.StrictTokens, amounts.LearnedTokens),
            CountedUnit.Requests => (1, 1),
        };
        return line.Hold == HoldKind.Strict ? strict : Math.Min(strict, learned);
    }

    public readonly record struct Spending(decimal Usd, long Tokens, int Requests)
    {
        public decimal In(CountedUnit unit) => unit switch
        {
            CountedUnit.Usd => Usd,
            CountedUnit.Tokens => Tokens,
            CountedUnit.Requests => Requests,
        };
    }

    public sealed record Call(int Node, IReadOnlyList<(BudgetCellKey Key, decimal Amount, CountedUnit Unit)> Held, decimal Exposed);

    private sealed class Cell
    {
        private readonly Dictionary<int, Part> _parts = [];

        public decimal Spent { get; set; }

        public decimal Unknown { get; set; }

        public decimal Taken => Spent + Unknown + _parts.Values.Sum(part => part.Pending + part.PendingUnknown + part.Held);

        public Part Of(int node) => _parts.TryGetValue(node, out var part) ? part : _parts[node] = new Part();
    }

    private sealed class Part
    {
        public decimal Pending { get; set; }

        public decimal PendingUnknown { get; set; }

        public decimal Held { get; set; }
    }
}

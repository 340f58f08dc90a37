using System.Runtime.CompilerServices;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Money;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiPortal.Tests.Budgets.Leases;

/// <summary>
/// The database's part in leases, as plainly as it can be said: limits, amounts, slices. Every node is a book of its own; all
/// that nodes say to each other arrives at once, so that with it a book answers without a wait.
/// </summary>
internal sealed class MemoryBank
{
    public static readonly LeaseMetrics Metrics = new();
    private static readonly ConditionalWeakTable<BudgetBook, MemoryNode> Nodes = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid, PeriodType), BudgetLine> _lines = [];
    private readonly List<MemoryNode> _nodes = [];
    private long _version;

    public Dictionary<BudgetCellKey, Row> Rows { get; } = [];

    public static MemoryNode Of(BudgetBook book) => Nodes.TryGetValue(book, out var node) ? node : throw new InvalidOperationException("Not of a bank.");

    public MemoryNode AddNode()
    {
        var options = new LeaseOptions();
        var term = new LeaseTerm(options, TimeProvider.System);
        term.Renew(TimeProvider.System.GetTimestamp());
        var node = new MemoryNode(this);
        node.Book = new BudgetBook(node, term, options, Metrics, TimeProvider.System, NullLogger<BudgetBook>.Instance);
        Nodes.Add(node.Book, node);
        _nodes.Add(node);
        return node;
    }

    /// <summary>What is in force from here on; nodes hear of it when they are updated.</summary>
    public void Configure(IEnumerable<BudgetLine> lines)
    {
        lock (_gate)
        {
            _lines.Clear();
            foreach (var line in lines)
                _lines[(line.BudgetId, line.PeriodType)] = line;
        }
    }

    /// <summary>Amounts found when there are none yet.</summary>
    public void Seed(BudgetSeed seed)
    {
        lock (_gate)
            Rows.TryAdd(seed.Key, new Row { Spent = seed.Spent, Unknown = seed.Unknown, Version = seed.Version });
    }

    public BudgetSeed Read(BudgetCellKey key)
    {
        lock (_gate)
            return Rows.TryGetValue(key, out var row) ? new BudgetSeed(key, row.Spent, row.Unknown, row.Version) : new BudgetSeed(key, 0, 0);
    }

    /// <summary>Sets amounts as a reset, a refund or a person does.</summary>
    public BudgetConfirmation Correct(BudgetCellKey key, decimal spent, decimal unknown)
    {
        BudgetConfirmation confirmation;
        lock (_gate)
        {
            var row = RowOf(key);
            (row.Spent, row.Unknown, row.Version) = (spent, unknown, ++_version);
            confirmation = new BudgetConfirmation(key, 0, 0, spent, unknown, row.Version, null);
        }

        TellOverdrawn(key);
        return confirmation;
    }

    /// <summary>What the ledger writer's transaction does with calls of a node.</summary>
    public BudgetConfirmation Post(Guid node, BudgetPending drained)
    {
        BudgetConfirmation confirmation;
        lock (_gate)
        {
            var row = RowOf(drained.Key);
            var slip = row.SlipOf(node);
            var used = Math.Max(0, Math.Min(slip.Granted, drained.Spent + drained.Unknown));
            (slip.Granted, slip.Drained, row.Leased) = (slip.Granted - used, slip.Drained + used, row.Leased - used);
            (row.Spent, row.Unknown, row.Version) = (row.Spent + drained.Spent, row.Unknown + drained.Unknown, ++_version);
            confirmation = new BudgetConfirmation(drained.Key, drained.Spent, drained.Unknown, row.Spent, row.Unknown, row.Version, slip.Drained);
        }

        TellOverdrawn(drained.Key);
        return confirmation;
    }

    public LeaseAnswer Take(Guid node, LeaseAsk ask)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue((ask.Key.BudgetId, ask.Key.PeriodType), out var line) || line.Action == BudgetAction.Alert)
                return new LeaseAnswer(LeaseOutcome.Unlimited, default, 0, 0, 0, 0, 0, []);
            var row = RowOf(ask.Key);
            var slip = row.SlipOf(node);
            if (slip.Epoch != ask.Epoch)
                return Answer(LeaseOutcome.Epoch, []);
            var free = line.Limit - row.Spent - row.Unknown - row.Leased;
            if (free < ask.Need)
                return Answer(LeaseOutcome.Refused, [.. row.Slips.Where(other => other.Key != node && other.Value.Granted > 0).Select(other => other.Key)]);
            var slice = ask.Exact ? ask.Sum : _nodes.Count == 1 ? free : Math.Max(ask.Sum, Math.Round(free / (2 * _nodes.Count), 12, MidpointRounding.ToZero));
            slice = Math.Min(free, slice);
            (slip.Granted, slip.Epoch, row.Leased) = (slip.Granted + slice, slip.Epoch + 1, row.Leased + slice);
            return Answer(LeaseOutcome.Granted, []);

            LeaseAnswer Answer(LeaseOutcome outcome, Guid[] holders) => new(
                outcome, slip.Standing, line.Limit, row.Spent, row.Unknown, row.Leased, row.Version, holders);
        }
    }

    public LeaseStanding Return(Guid node, LeaseReturn giving)
    {
        lock (_gate)
        {
            var row = RowOf(giving.Key);
            var slip = row.SlipOf(node);
            var part = slip.Epoch == giving.Epoch ? Math.Min(slip.Granted, giving.Amount) : 0;
            (slip.Granted, slip.Epoch, row.Leased) = (slip.Granted - part, slip.Epoch + 1, row.Leased - part);
            return slip.Standing;
        }
    }

    public void Tell(Action<MemoryNode> word) => _nodes.ForEach(word);

    private void TellOverdrawn(BudgetCellKey key)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue((key.BudgetId, key.PeriodType), out var line) || RowOf(key) is not { Leased: > 0 } row
                || row.Spent + row.Unknown + row.Leased <= line.Limit)
                return;
        }

        Tell(node => node.Book.Desk.Overdrawn(key));
    }

    private Row RowOf(BudgetCellKey key) => Rows.TryGetValue(key, out var row) ? row : Rows[key] = new Row();

    public sealed class Row
    {
        public decimal Spent { get; set; }

        public decimal Unknown { get; set; }

        public decimal Leased { get; set; }

        public long Version { get; set; }

        public Dictionary<Guid, Slip> Slips { get; } = [];

        public Slip SlipOf(Guid node) => Slips.TryGetValue(node, out var slip) ? slip : Slips[node] = new Slip();
    }

    public sealed class Slip
    {
        public decimal Granted { get; set; }

        public decimal Drained { get; set; }

        public long Epoch { get; set; }

        public LeaseStanding Standing => new(Epoch, Granted + Drained, Drained);
    }
}

/// <summary>A node at a <see cref="MemoryBank"/>.</summary>
internal sealed class MemoryNode(MemoryBank bank) : ILeaseBank
{
    public Guid NodeId { get; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public MemoryBank Bank => bank;

    public BudgetBook Book { get; set; } = null!;

    /// <summary>How the next statement ends: false is lost on its way, true does its work and loses its answer.</summary>
    public bool? FailNext { get; set; }

    public Task<IReadOnlyList<LeaseAnswer>> TakeAsync(IReadOnlyList<LeaseAsk> asks, CancellationToken token) =>
        Answer<IReadOnlyList<LeaseAnswer>>(() => [.. asks.Select(ask => bank.Take(NodeId, ask))]);

    public Task<IReadOnlyList<LeaseStanding>> ReturnAsync(IReadOnlyList<LeaseReturn> returns, IReadOnlyList<LeaseRecall> done, CancellationToken token) =>
        Answer<IReadOnlyList<LeaseStanding>>(() =>
        {
            var answers = returns.Select(giving => bank.Return(NodeId, giving)).ToList();
            foreach (var recall in done)
                bank.Tell(node => { if (node.NodeId == recall.Asker) node.Book.Desk.Answered(recall.Number, NodeId); });
            return answers;
        });

    public Task RecallAsync(IReadOnlyList<LeaseRecall> recalls, CancellationToken token)
    {
        foreach (var recall in recalls)
            bank.Tell(node => { if (node != this) node.Book.Desk.Recalled(recall); });
        return Task.CompletedTask;
    }

    private Task<T> Answer<T>(Func<T> statement)
    {
        var fails = FailNext;
        FailNext = null;
        if (fails == false)
            return Task.FromException<T>(new IOException("lost on its way"));
        var answer = statement();
        return fails == true ? Task.FromException<T>(new IOException("the answer was lost")) : Task.FromResult(answer);
    }
}

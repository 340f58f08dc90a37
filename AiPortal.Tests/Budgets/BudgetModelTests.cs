using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using AiPortal.Tests.Budgets.Leases;
using Xunit;
using Xunit.Abstractions;

namespace AiPortal.Tests.Budgets;

/// <summary>
/// RELIABILITY M18: random sequences of operations, on one node and on several that share budgets, leave them as they leave the
/// reference, after each one. Statements get lost, or their answers do.
/// </summary>
public sealed class BudgetModelTests(ITestOutputHelper output)
{
    private const int Operations = 100;

    private static int Sequences => Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 10_000 : 600;

    [Fact]
    public void Books_RandomSequences_EqualTheReferenceAfterEachOperation()
    {
        var (held, refused, lost) = (0, 0, 0);
        for (var seed = 0; seed < Sequences; seed++)
        {
            var run = new BudgetModelRun(seed, nodes: 1 + (seed % 3));
            for (var step = 0; step < Operations; step++)
            {
                var operation = run.Step();
                if (run.Difference() is { } difference)
                    Assert.Fail($"Seed {seed}, step {step}, {operation}: {difference}");
            }

            (held, refused, lost) = (held + run.Held, refused + run.Refused, lost + run.Lost);
        }

        output.WriteLine($"{Sequences} sequences of {Operations} operations from seed 0: {held} held, {refused} refused, {lost} lost their statement or its answer.");
        Assert.True(held > Sequences && refused > Sequences && lost > Sequences / 10, $"{held} held, {refused} refused and {lost} lost try too little");
    }
}

/// <summary>One sequence.</summary>
internal sealed class BudgetModelRun
{
    private static readonly PeriodType[] Types = [PeriodType.Total, PeriodType.Monthly, PeriodType.Daily, PeriodType.Hourly];
    private readonly Random _random;
    private readonly MemoryBank _bank = new();
    private readonly MemoryNode[] _nodes;
    private readonly BudgetReference _reference = new();
    private readonly Dictionary<int, BudgetHold> _open = [];
    private readonly List<BudgetHold> _ended = [];
    private readonly List<BudgetLine> _known;
    private readonly List<BudgetLine> _loaded;
    private DateTimeOffset _now = Lines.Noon;
    private string? _wrong;
    private int _calls;

    public BudgetModelRun(int seed, int nodes)
    {
        _random = new Random(seed);
        _nodes = [.. Enumerable.Range(0, nodes).Select(_ => _bank.AddNode())];
        _known = [.. Enumerable.Range(1, 8).Select(n => Lines.Strict(n, Amount(50), Types[n % Types.Length]) with
        {
            Hold = n % 3 == 0 ? HoldKind.Learned : HoldKind.Strict,
            Action = n % 5 == 0 ? BudgetAction.Alert : BudgetAction.Block,
            Unit = n switch { 2 or 3 => CountedUnit.Tokens, 4 => CountedUnit.Requests, _ => CountedUnit.Usd },
        })];
        _loaded = [.. _known];
        Load();
    }

    public int Held { get; private set; }

    public int Refused { get; private set; }

    public int Lost { get; private set; }

    public string Step() => _random.Next(21) switch
    {
        < 8 => Hold(),
        < 11 => End("settle", (hold, held) => (Settle(hold, held, out var spent), spent, false)),
        < 13 => End("release", (hold, _) => (hold.Release(), default, false)),
        13 => End("unknown", (hold, _) => (hold.Unknown(), default, true)),
        14 => EndAgain(),
        15 => Drain(),
        16 => ChangeLimit(),
        17 => AddOrRemove(),
        18 => Correct(),
        19 => Lose(),
        _ => Advance(),
    };

    public string? Difference()
    {
        if (_wrong is not null)
            return _wrong;
        for (var node = 0; node < _nodes.Length; node++)
        {
            foreach (var line in _known)
            {
                foreach (var at in (DateTimeOffset[])[_now, _now.AddHours(-1), Lines.Noon])
                {
                    if (Difference(node, line, at) is { } difference)
                        return $"node {node}: {difference}";
                }
            }

            if (!_nodes[node].Book.Pending().ToHashSet().SetEquals(_reference.Pending(node)))
                return $"node {node}: the pending amounts differ";
            if (_nodes[node].Book.OvershootExposure(Lines.Organization) != _reference.Exposure(node))
                return $"node {node}: the exposure differs";
        }

        foreach (var (key, row) in _bank.Rows)
        {
            if ((row.Spent, row.Unknown) != _reference.InDatabase(key))
                return $"the database has {row.Spent} and {row.Unknown} of {key}";
            if (row.Leased != row.Slips.Values.Sum(slip => slip.Granted) || row.Slips.Values.Any(slip => slip.Granted < 0))
                return $"leased of {key} is {row.Leased}, not the sum of the slices";
        }

        return null;
    }

    private string? Difference(int node, BudgetLine line, DateTimeOffset at)
    {
        var key = Lines.Key(line, at);
        var view = _nodes[node].Book.Read(line, OrganizationCalendar.Utc, at, _bank.Read(key));
        var expected = _reference.Read(node, line, at);
        if ((view.Limit, view.Held) != (expected.Limit, expected.Held))
            return $"{line.Name} at {at:O} is {view}, should be {expected}";
        // What others drained is heard of at the latest when nothing of one's own is on its way.
        if ((_nodes.Length == 1 || _reference.IsDrained(node, key)) && (view.Spent, view.Unknown) != (expected.Spent, expected.Unknown))
            return $"{line.Name} at {at:O} is {view}, should be {expected}";
        return view.Remaining + view.Held + view.Spent + view.Unknown != view.Limit ? $"{line.Name} at {at:O}: {view} does not add up" : null;
    }

    private string Hold()
    {
        // A call of a line that is gone takes nothing out of the bank, so that on several nodes nobody could tell.
        var chain = (_nodes.Length == 1 ? _known : _loaded).Where(_ => _random.Next(3) > 0).ToArray();
        _random.Shuffle(chain);
        var amounts = new CallAmounts(Amount(10), Amount(6), _random.Next(1, 10), _random.Next(1, 6));
        var at = _random.Next(4) == 0 ? _now.AddHours(-1) : _now;
        var (id, node) = (_calls++, _random.Next(_nodes.Length));
        var othersFail = _nodes.Any(other => other != _nodes[node] && other.FailNext is not null);
        var answer = _nodes[node].Book.Ask(chain, at, amounts);
        if (answer is { IsHeld: false, Refusal: null })
        {
            Lost++;
            return "lost";
        }

        // What another node could not return in time stays its own.
        if (!answer.IsHeld && othersFail && _nodes.All(other => other == _nodes[node] || other.FailNext is null))
            return "refused, and the other node's return was lost";

        var expected = _reference.Hold(node, id, chain, at, amounts);
        // With several lines full, the one that its node knew to be full first may be named.
        if (answer.IsHeld != (expected.Count == 0) || (answer.Refusal is { } refusal && !expected.Contains(refusal.Line)))
            _wrong = $"answered {answer.Refusal?.ToString() ?? "held"}, should be {(expected.Count > 0 ? expected[0].Name : "held")}";
        if (answer.Hold is { } hold)
            _open[id] = hold;
        Held += answer.IsHeld ? 1 : 0;
        Refused += answer.IsHeld ? 0 : 1;
        return $"node {node} holds {amounts} of {chain.Length}";
    }

    private string End(string name, Func<BudgetHold, BudgetReference.Call, (bool Ended, BudgetReference.Spending Spent, bool Unknown)> end)
    {
        if (_open.Count == 0)
            return "nothing";
        var id = _open.Keys.ElementAt(_random.Next(_open.Count));
        var (ended, spent, unknown) = end(_open[id], _reference.Open[id]);
        if (ended)
            _reference.End(id, spent, unknown);
        _ended.Add(_open[id]);
        _open.Remove(id);
        return $"{name} {spent}";
    }

    /// <summary>More than was held only where nobody else's view of it is too high until it is drained.</summary>
    private bool Settle(BudgetHold hold, BudgetReference.Call call, out BudgetReference.Spending spent)
    {
        var (usd, tokens) = (Amount(8), _random.Next(8));
        spent = _nodes.Length == 1
            ? new BudgetReference.Spending(usd, tokens, _random.Next(2))
            : new BudgetReference.Spending(Math.Min(usd, Least(CountedUnit.Usd)), Math.Min(tokens, (long)Least(CountedUnit.Tokens)), _random.Next(2));
        return hold.Settle(spent.Usd, spent.Tokens, spent.Requests);

        decimal Least(CountedUnit unit) => call.Held.Where(held => held.Unit == unit).Select(held => held.Amount).DefaultIfEmpty(0).Min();
    }

    private string EndAgain()
    {
        foreach (var hold in _ended)
            Assert.False(hold.Settle(1) || hold.Release() || hold.Unknown());
        return "end again";
    }

    private string Drain()
    {
        var node = _random.Next(_nodes.Length);
        foreach (var pending in _reference.Pending(node).ToList())
        {
            _nodes[node].Book.Drain(pending);
            _reference.Drain(node, pending);
        }

        return $"drain node {node}";
    }

    /// <summary>A refund, a reset, an import or a resolved unknown: the database's amounts change without a drain.</summary>
    private string Correct()
    {
        var key = Lines.Key(_known[_random.Next(_known.Count)], _now);
        var spent = _random.Next(3) == 0 ? 0 : Math.Max(0, _bank.Read(key).Spent + Amount(6) - 3);
        _nodes[_random.Next(_nodes.Length)].Book.Correct(key, spent, 0);
        _reference.Correct(key, spent, 0);
        return $"correct to {spent}";
    }

    private string ChangeLimit()
    {
        if (_loaded.Count == 0)
            return "nothing";
        var index = _random.Next(_loaded.Count);
        _loaded[index] = _loaded[index] with { Limit = Amount(60) };
        Load();
        return "limit";
    }

    private string AddOrRemove()
    {
        var line = _known[_random.Next(_known.Count)];
        if (_loaded.RemoveAll(loaded => loaded.BudgetId == line.BudgetId) == 0)
            _loaded.Add(line);
        Load();
        return "add or remove";
    }

    private string Lose()
    {
        var node = _random.Next(_nodes.Length);
        _nodes[node].FailNext = _random.Next(2) == 0;
        return $"node {node} loses its next statement or answer";
    }

    private string Advance()
    {
        _now = _now.AddMinutes(_random.Next(90));
        foreach (var node in _nodes)
            node.Book.Sweep(_now);
        return "advance";
    }

    private void Load()
    {
        _bank.Configure(_loaded);
        _reference.Configure(_loaded);
        var seeds = _loaded.Select(line => Lines.Key(line, _now)).Distinct().Select(_bank.Read).ToList();
        foreach (var node in _nodes)
            node.Book.Update(_loaded, seeds);
    }

    private decimal Amount(int most) => Usd.FromPico(_random.NextInt64(most * 1_000_000_000_000L));
}

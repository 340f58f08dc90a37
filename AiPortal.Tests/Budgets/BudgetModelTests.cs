using AiPortal.Core.Budgets;
using AiPortal.Core.Money;
using Xunit;

namespace AiPortal.Tests.Budgets;

/// <summary>RELIABILITY M18: random sequences of operations leave the book as they leave the reference, after each one.</summary>
public sealed class BudgetModelTests
{
    private const int Operations = 100;

    private static int Sequences => Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 10_000 : 1_000;

    [Fact]
    public void Book_RandomSequences_EqualTheReferenceAfterEachOperation()
    {
        var (held, refused) = (0, 0);
        for (var seed = 0; seed < Sequences; seed++)
        {
            var run = new Run(seed);
            for (var step = 0; step < Operations; step++)
            {
                var operation = run.Step();
                if (run.Difference() is { } difference)
                    Assert.Fail($"Seed {seed}, step {step}, {operation}: {difference}");
            }

            held += run.Held;
            refused += run.Refused;
        }

        Assert.True(held > Sequences && refused > Sequences, $"{held} held and {refused} refused try too little");
    }

    private sealed class Run
    {
        private static readonly PeriodType[] Types = [PeriodType.Total, PeriodType.Monthly, PeriodType.Daily, PeriodType.Hourly];
        private readonly Random _random;
        private readonly BudgetBook _book = new();
        private readonly BudgetReference _reference = new();
        private readonly Dictionary<int, BudgetHold> _open = [];
        private readonly Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)> _database = [];
        private readonly List<BudgetHold> _ended = [];
        private readonly List<BudgetLine> _known;
        private List<BudgetLine> _loaded;
        private DateTimeOffset _now = Lines.Noon;
        private int _calls;

        public Run(int seed)
        {
            _random = new Random(seed);
            _known = [.. Enumerable.Range(1, 8).Select(n => Lines.Strict(n, Amount(50), Types[n % Types.Length]) with
            {
                Hold = n % 3 == 0 ? HoldKind.Learned : HoldKind.Strict,
                Action = n % 5 == 0 ? BudgetAction.Alert : BudgetAction.Block,
            })];
            _loaded = [.. _known];
            Load();
        }

        public int Held { get; private set; }

        public int Refused { get; private set; }

        public string Step() => _random.Next(20) switch
        {
            < 8 => Hold(),
            < 11 => End("settle", hold => (hold.Settle(Spend(out var spent)), spent, false)),
            < 13 => End("release", hold => (hold.Release(), 0, false)),
            13 => End("unknown", hold => (hold.Unknown(), 0, true)),
            14 => EndAgain(),
            15 => Drain(),
            16 => ChangeLimit(),
            17 => AddOrRemove(),
            18 => Correct(),
            _ => Advance(),
        };

        public string? Difference()
        {
            foreach (var line in _known)
            {
                foreach (var at in (DateTimeOffset[])[_now, _now.AddHours(-1), Lines.Noon])
                {
                    var view = _book.Read(line, OrganizationCalendar.Utc, at);
                    var expected = _reference.Read(line, at);
                    if ((view.Limit, view.Spent, view.Held, view.Unknown) != expected)
                        return $"{line.Name} at {at:O} is {view}, should be {expected}";
                    if (view.Remaining + view.Held + view.Spent + view.Unknown != view.Limit)
                        return $"{line.Name} at {at:O}: {view} does not add up";
                }
            }

            if (!_book.Pending().ToHashSet().SetEquals(_reference.Pending()))
                return "the pending amounts differ";
            return _book.OvershootExposure(Lines.Organization) == _reference.Exposure ? null : "the exposure differs";
        }

        private string Hold()
        {
            var chain = _known.Where(_ => _random.Next(3) > 0).ToArray();
            _random.Shuffle(chain);
            var (strict, learned) = (Amount(10), Amount(6));
            var at = _random.Next(4) == 0 ? _now.AddHours(-1) : _now;
            var id = _calls++;
            var expected = _reference.Hold(id, chain, at, strict, learned);
            var held = _book.TryHold(chain, OrganizationCalendar.Utc, at, strict, learned, out var hold, out var refusal);
            if (held != expected is null || refusal?.Line.BudgetId != expected?.BudgetId)
                return $"hold {strict}: answered {refusal?.Line.Name ?? "held"}, should be {expected?.Name ?? "held"} (and now all differs)";
            if (hold is not null)
                _open[id] = hold;
            Held += held ? 1 : 0;
            Refused += held ? 0 : 1;
            return $"hold {strict}/{learned} of {chain.Length}";
        }

        private string End(string name, Func<BudgetHold, (bool Ended, decimal Spent, bool Unknown)> end)
        {
            if (_open.Count == 0)
                return "nothing";
            var id = _open.Keys.ElementAt(_random.Next(_open.Count));
            var (ended, spent, unknown) = end(_open[id]);
            if (ended)
                _reference.End(id, spent, unknown);
            _ended.Add(_open[id]);
            _open.Remove(id);
            return $"{name} {spent}";
        }

        private decimal Spend(out decimal spent) => spent = Amount(8);

        private string EndAgain()
        {
            foreach (var hold in _ended)
                Assert.False(hold.Settle(1) || hold.Release() || hold.Unknown());
            return "end again";
        }

        private string Drain()
        {
            foreach (var pending in _reference.Pending().ToList())
            {
                var before = _database.GetValueOrDefault(pending.Key);
                Confirm(pending.Key, pending.Spent, pending.Unknown, before.Spent + pending.Spent, before.Unknown + pending.Unknown);
            }

            return "drain";
        }

        private string Correct()
        {
            // A refund, a reset or a resolved unknown: the database's amounts change without a drain.
            var key = Lines.Key(_known[_random.Next(_known.Count)], _now);
            var spent = _random.Next(3) == 0 ? 0 : Math.Max(0, _database.GetValueOrDefault(key).Spent - Amount(3));
            Confirm(key, 0, 0, spent, 0);
            return $"correct to {spent}";
        }

        private void Confirm(BudgetCellKey key, decimal drained, decimal drainedUnknown, decimal spent, decimal unknown)
        {
            _database[key] = (spent, unknown);
            var confirmation = new BudgetConfirmation(key, drained, drainedUnknown, spent, unknown);
            _book.Confirm([confirmation]);
            _reference.Confirm(confirmation);
        }

        private string ChangeLimit()
        {
            var index = _random.Next(_loaded.Count);
            if (_loaded.Count == 0)
                return "nothing";
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

        private string Advance()
        {
            _now = _now.AddMinutes(_random.Next(90));
            return "advance";
        }

        private void Load()
        {
            var seeds = _loaded.Select(line => Lines.Key(line, _now)).Distinct()
                .Select(key => new BudgetSeed(key, _database.GetValueOrDefault(key).Spent, _database.GetValueOrDefault(key).Unknown)).ToList();
            _book.Update(_loaded, seeds);
            foreach (var seed in seeds)
                _reference.Seed(seed.Key, seed.Spent, seed.Unknown);
            _reference.Update(_loaded);
        }

        private decimal Amount(int most) => Usd.FromPico(_random.NextInt64(most * 1_000_000_000_000L));
    }
}

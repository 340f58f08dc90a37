using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Money;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiPortal.Benchmarks.Admission;

/// <summary>A call's hold on every budget of its chain, and the end of it.</summary>
public class HoldBenchmark
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly OrganizationCalendar _calendar = OrganizationCalendar.Of("Europe/Berlin", 1);
    private IReadOnlyList<BudgetLine> _chain = [];
    private BudgetBook _book = null!;

    /// <summary>How many budgets the call is under.</summary>
    [Params(1, 3, 6)]
    public int Chain { get; set; }

    /// <summary>Budgets of every kind of period and of both kinds of hold, leased once and for all.</summary>
    [GlobalSetup]
    public async Task Lease()
    {
        var organization = Guid.CreateVersion7(Now);
        PeriodType[] periods = [PeriodType.Monthly, PeriodType.Daily, PeriodType.Yearly, PeriodType.Weekly, PeriodType.Total, PeriodType.Hourly];
        _chain = [.. Enumerable.Range(0, Chain).Select(i => new BudgetLine(
            Guid.CreateVersion7(Now), organization, (QuotaType)i, Guid.CreateVersion7(Now), $"budget {i}", periods[i],
            1_000_000_000_000, BudgetAction.Block, i % 2 == 0 ? HoldKind.Strict : HoldKind.Learned, 0.8m, 0.95m))];
        var options = new LeaseOptions { Length = TimeSpan.FromDays(1) };
        var term = new LeaseTerm(options, TimeProvider.System);
        term.Renew(TimeProvider.System.GetTimestamp());
        _book = new BudgetBook(new AmpleBank(), term, options, new LeaseMetrics(), TimeProvider.System, NullLogger<BudgetBook>.Instance);
        _book.Update(_chain, []);
        if (!(await HoldAsync()).IsHeld)
            throw new InvalidOperationException("Nothing was leased.");
    }

    /// <summary>As the gateway does it before a call that then fails.</summary>
    [Benchmark]
    public async Task<bool> HoldAndRelease() => (await HoldAsync()).Hold!.Release();

    /// <summary>As the gateway does it around a call.</summary>
    [Benchmark(Baseline = true)]
    public async Task<bool> HoldAndSettle() => (await HoldAsync()).Hold!.Settle(0.000123m);

    private ValueTask<HoldAnswer> HoldAsync() => _book.HoldAsync(_chain, _calendar, Now, new CallAmounts(0.0123m, 0.0045m));
}

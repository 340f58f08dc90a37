using AiPortal.Core.Budgets;
using AiPortal.Core.Money;
using AiPortal.Tests.Budgets.Leases;
using Xunit;

namespace AiPortal.Tests.Budgets;

/// <summary>RELIABILITY M01 and M02 without a server: both sides, overshoot and false refusal.</summary>
public sealed class BudgetRaceTests
{
    private const int Callers = 200;

    [Fact]
    public async Task TryHold_200CallsOfTwoCentsOnADollar_Serves50()
    {
        for (var run = 0; run < 20; run++)
        {
            var line = Lines.Strict(1, 1);
            var book = Lines.Book(line);

            var served = await Parallel(async () =>
            {
                if (book.Hold(0.02m, line) is not { } hold)
                    return false;
                await Task.Yield();
                return hold.Settle(0.02m);
            });

            Assert.Equal(50, served);
            Assert.Equal((1m, 0m, 0m), (book.See(line).Spent, book.See(line).Held, book.See(line).Remaining));
        }
    }

    [Fact]
    public async Task TryHold_HoldsAboveTheCostWithRetries_Serve98AndStrandNothing()
    {
        for (var run = 0; run < 20; run++)
        {
            var line = Lines.Strict(1, 1);
            var book = Lines.Book(line);

            var served = await Parallel(async () =>
            {
                while (true)
                {
                    var answer = await book.HoldAsync([line], OrganizationCalendar.Utc, Lines.Noon, new CallAmounts(0.03m, 0.03m));
                    if (answer.IsHeld)
                    {
                        await Task.Yield();
                        return answer.Hold.Settle(0.01m);
                    }

                    if (answer.Refusal is { View.Held: 0 })
                        return false; // quiet: nobody will give anything back
                    await Task.Yield();
                }
            });

            Assert.Equal(98, served);
            Assert.Equal((0.98m, 0m, 0.02m), (book.See(line).Spent, book.See(line).Held, book.See(line).Remaining));
        }
    }

    [Fact]
    public async Task TryHold_ChainsInEveryOrderUnderDrain_KeepAllSumsAndNoneDeadlocks()
    {
        var lines = Enumerable.Range(1, 6).Select(n => Lines.Strict(n, n == 3 ? 1 : 5)).ToArray();
        var book = Lines.Book(lines);
        long settled = 0, unknown = 0;
        using var done = new CancellationTokenSource();
        var overshoot = 0;
        var writer = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                book.Drain();
                book.Sweep(Lines.Noon);
                book.Load(lines);
                if (book.See(lines[2]).Remaining < 0)
                    overshoot++;
            }
        });

        await Parallel(async () =>
        {
            var random = Random.Shared;
            for (var i = 0; i < 50; i++)
            {
                var chain = lines.ToArray();
                random.Shuffle(chain);
                if (book.Hold(0.01m, chain) is not { } hold)
                    continue;
                await Task.Yield();
                var ending = random.Next(4);
                if (ending == 0)
                    hold.Release();
                else if (ending == 1 && hold.Unknown())
                    Interlocked.Increment(ref unknown);
                else if (hold.Settle(0.002m))
                    Interlocked.Increment(ref settled);
            }

            return true;
        });
        await done.CancelAsync();
        await writer;
        book.Drain();

        (decimal, decimal) Read(BudgetCellKey key) => MemoryBank.Of(book).Bank.Read(key) is var row ? (row.Spent, row.Unknown) : default;
        Assert.Equal(0, overshoot);
        Assert.Empty(book.Pending());
        Assert.All(lines, line =>
        {
            Assert.Equal((settled * 0.002m, 0m, unknown * 0.01m), (book.See(line).Spent, book.See(line).Held, book.See(line).Unknown));
            Assert.Equal((settled * 0.002m, unknown * 0.01m), Read(Lines.Key(line, Lines.Noon)));
        });
    }

    [Fact]
    public async Task Hold_EndedByTwoAtOnce_EndsOnce()
    {
        const int holds = 20_000;
        var line = Lines.Strict(1, holds);
        var book = Lines.Book(line);
        var open = Enumerable.Range(0, holds).Select(_ => book.Hold(1, line)!).ToArray();
        int settled = 0, released = 0;
        using var together = new Barrier(2);

        await Task.WhenAll(
            Task.Run(() => EndAll(hold => hold.Settle(1), ref settled)),
            Task.Run(() => EndAll(hold => hold.Release(), ref released)));

        Assert.Equal(holds, settled + released);
        Assert.Equal((settled, 0m, released), (book.See(line).Spent, book.See(line).Held, book.See(line).Remaining));

        void EndAll(Func<BudgetHold, bool> end, ref int ended)
        {
            for (var i = 0; i < open.Length; i++)
            {
                // Side by side again after each few, so that neither runs ahead of the other.
                if (i % 100 == 0)
                    together.SignalAndWait();
                if (end(open[i]))
                    ended++;
            }
        }
    }

    [Fact]
    public async Task TryHold_ChainsInOppositeOrders_NeverWaitForEachOther()
    {
        var chain = Enumerable.Range(1, 6).Select(n => Lines.Strict(n, 1_000)).ToArray();
        var book = Lines.Book(chain);
        using var together = new Barrier(2);

        await Task.WhenAll(Task.Run(() => HoldAll(chain)), Task.Run(() => HoldAll([.. chain.Reverse()])))
            .WaitAsync(TimeSpan.FromMinutes(1));

        Assert.All(chain, line => Assert.Equal((1_000m, 0m), (book.See(line).Remaining, book.See(line).Held)));

        void HoldAll(BudgetLine[] inOrder)
        {
            together.SignalAndWait();
            for (var i = 0; i < 50_000; i++)
                book.Hold(1, inOrder)!.Release();
        }
    }

    [Fact]
    public async Task TryHold_CellForgottenMeanwhile_LosesNoHold()
    {
        var line = Lines.Strict(1, 1, PeriodType.Hourly);
        var book = Lines.Book(line);
        using var done = new CancellationTokenSource();
        var sweeper = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
                book.Sweep(Lines.Noon.AddDays(1));
        });

        var lost = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var hold = book.Hold(1, line)!;
            lost += book.See(line).Held == 1 ? 0 : 1;
            hold.Release();
        }

        await done.CancelAsync();
        await sweeper;
        Assert.Equal(0, lost);
    }

    private static async Task<int> Parallel(Func<Task<bool>> call)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            await start.Task;
            return await call();
        })).ToArray();
        start.SetResult();
        return (await Task.WhenAll(calls)).Count(served => served);
    }
}

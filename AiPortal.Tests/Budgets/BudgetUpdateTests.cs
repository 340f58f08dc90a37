using AiPortal.Core.Budgets;
using AiPortal.Core.Money;
using AiPortal.Tests.Budgets.Leases;
using Xunit;

namespace AiPortal.Tests.Budgets;

/// <summary>Configuration, drains and forgetting.</summary>
public sealed class BudgetUpdateTests
{
    [Fact]
    public void Update_LimitRaisedOrLowered_CountsAtOnceAlsoForOldChains()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book(line);
        Assert.NotNull(book.Hold(1, line));

        book.Load([line with { Limit = 1.5m }]);
        Assert.NotNull(book.Hold(0.5m, line));
        Assert.Equal(1.5m, book.See(line).Limit);

        book.Load([line with { Limit = 0.25m }]);
        Assert.Equal(-1.25m, book.See(line).Remaining);
        Assert.Equal(0.25m, book.Refuse(Usd.Step, line)?.View.Limit);
    }

    [Fact]
    public void Update_CellInUse_KeepsItsOwnCounters()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book(line);
        Assert.True(book.Hold(3, line)!.Settle(3));

        book.Load([line], new BudgetSeed(Lines.Key(line, Lines.Noon), 1, 1));

        Assert.Equal((3m, 0m), (book.See(line).Spent, book.See(line).Unknown));
    }

    [Fact]
    public void Update_LineUsedBeforeItWasLoaded_StillTakesTheFirstLoad()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book();
        Assert.True(book.Hold(3, line)!.Settle(3));

        book.Load([line], new BudgetSeed(Lines.Key(line, Lines.Noon), 4, 1));
        book.Load([line], new BudgetSeed(Lines.Key(line, Lines.Noon), 8, 8));

        Assert.Equal((7m, 1m), (book.See(line).Spent, book.See(line).Unknown));
    }

    [Fact]
    public void Update_LineTheDatabaseDoesNotKnow_RefusesNothing()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book();

        Assert.NotNull(book.Hold(5, line));
        Assert.Equal(5, book.See(line).Held);
        book.Load([line]);
        Assert.NotNull(book.Refuse(Usd.Step, line));
    }

    [Fact]
    public void Update_LineRemoved_VanishesOnceNothingIsOpen()
    {
        var (gone, other) = (Lines.Strict(1, 1), Lines.Strict(2, 10));
        var book = Lines.Book(gone, other);
        var hold = book.Hold(0.5m, gone, other)!;

        book.Load([other]);
        Assert.Equal(0.5m, book.See(gone).Held); // its call is still in flight
        Assert.True(hold.Settle(0.25m));
        book.Drain();
        book.Load([other]); // its lease goes back first
        book.Load([other]);

        Assert.Equal((0m, 0m), (book.See(gone).Spent, book.See(gone).Held));
        Assert.Equal(0.25m, book.See(other).Spent);
        Assert.Empty(book.Pending());
    }

    [Fact]
    public void Confirm_Drained_MovesWithoutChangingWhatRemains()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book(line);
        Assert.True(book.Hold(3, line)!.Settle(2));
        Assert.True(book.Hold(1, line)!.Unknown());
        var before = book.See(line);
        Assert.Equal([new BudgetPending(Lines.Key(line, Lines.Noon), 2, 1)], book.Pending());

        book.Drain();

        Assert.Equal(before, book.See(line));
        Assert.Empty(book.Pending());
    }

    [Fact]
    public void Confirm_DrainedBeforeItsHoldEnded_IsNotCountedTwice()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book(line);
        var key = Lines.Key(line, Lines.Noon);
        var hold = book.Hold(3, line)!;

        book.Drain(new BudgetPending(key, 2, 0));
        Assert.Equal(7, book.See(line).Remaining);
        Assert.True(hold.Settle(2));

        Assert.Equal((2m, 0m, 8m), (book.See(line).Spent, book.See(line).Held, book.See(line).Remaining));
        Assert.Empty(book.Pending());
    }

    [Fact]
    public void Confirm_ResetOrResolved_TakesTheDatabasesWord()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book();
        var key = Lines.Key(line, Lines.Noon);
        book.Load([line], new BudgetSeed(key, 9, 1));
        Assert.NotNull(book.Refuse(1, line));

        book.Correct(key, 0, 0);

        Assert.NotNull(book.Hold(10, line));
    }

    [Fact]
    public void Confirm_OlderThanWhatIsKnown_IsLeft()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book(line);
        var key = Lines.Key(line, Lines.Noon);
        var bank = MemoryBank.Of(book).Bank;
        var (older, newer) = (bank.Correct(key, 6, 1), bank.Correct(key, 2, 0));

        book.Confirm([newer]);
        book.Confirm([older]);
        book.Update([line], [new BudgetSeed(key, 6, 1, older.Version)]);

        Assert.Equal((2m, 0m), (book.See(line).Spent, book.See(line).Unknown));
    }

    [Fact]
    public void Confirm_PeriodWithoutACall_StartsItFromTheDatabase()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book(line);

        book.Correct(Lines.Key(line, Lines.Noon), 6, 0);
        book.Correct(Lines.Key(Lines.Strict(2, 1), Lines.Noon), 6, 0);

        Assert.Equal(6, book.See(line).Spent);
        Assert.NotNull(book.Refuse(5, line));
    }

    [Fact]
    public void Sweep_EndedPeriods_AreForgottenUnlessOpenOrUndrained()
    {
        var hourly = Lines.Strict(1, 10, PeriodType.Hourly);
        var book = Lines.Book(hourly);
        var open = book.Hold(1, hourly)!;
        Assert.True(book.Hold(1, hourly)!.Settle(1));

        book.Sweep(Lines.Noon.AddHours(9));
        Assert.Equal((1m, 1m), (book.See(hourly).Spent, book.See(hourly).Held));
        book.Drain();
        book.Sweep(Lines.Noon.AddHours(9));
        Assert.Equal((1m, 1m), (book.See(hourly).Spent, book.See(hourly).Held));
        Assert.True(open.Release());
        book.Sweep(Lines.Noon.AddHours(3)); // the grace is not over
        Assert.Equal(1, book.See(hourly).Spent);
        book.Sweep(Lines.Noon.AddHours(3).AddTicks(1)); // its lease goes back first
        book.Sweep(Lines.Noon.AddHours(3).AddTicks(1));
        Assert.Equal(0, book.See(hourly).Spent);
    }

    [Fact]
    public void Of_BudgetWithInnerLimits_IsALineForEachPeriodWithTheLowerLimit()
    {
        var budget = new Budget
        {
            Id = Lines.Id(1),
            OrganizationId = Lines.Organization,
            Name = "Team",
            QuotaType = QuotaType.Team,
            ScopeId = Lines.Id(7),
            TotalQuota = 100,
            PeriodType = PeriodType.Monthly,
            DailyLimit = 10,
            HourlyLimit = 2,
            Hold = HoldKind.Strict,
        };

        Assert.Equal(
            [(PeriodType.Monthly, 100m), (PeriodType.Daily, 10m), (PeriodType.Hourly, 2m)],
            BudgetLine.Of(budget).Select(line => (line.PeriodType, line.Limit)));
        budget.PeriodType = PeriodType.Daily;
        Assert.Equal(
            [(PeriodType.Daily, 10m), (PeriodType.Hourly, 2m)],
            BudgetLine.Of(budget).Select(line => (line.PeriodType, line.Limit)));
        Assert.All(BudgetLine.Of(budget), line => Assert.Equal((Lines.Id(1), HoldKind.Strict, "Team"), (line.BudgetId, line.Hold, line.Name)));
    }
}

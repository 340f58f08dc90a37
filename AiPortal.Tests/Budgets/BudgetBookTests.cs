using AiPortal.Core.Budgets;
using AiPortal.Core.Money;
using Xunit;

namespace AiPortal.Tests.Budgets;

public sealed class BudgetBookTests
{
    [Fact]
    public void TryHold_ExactlyTheLimit_IsAllowedAndOneStepMoreIsNot()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book(line);

        Assert.NotNull(book.Hold(1, line));
        Assert.NotNull(book.Refuse(Usd.Step, line));
        Assert.Equal(new BudgetView(1, 0, 1, 0, book.See(line).Period), book.See(line));
        Assert.Equal(0, book.See(line).Remaining);
    }

    [Fact]
    public void TryHold_NoRoom_NamesTheBudgetAsItStands()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book();
        book.Load([line], new BudgetSeed(Lines.Key(line, Lines.Noon), 0.5m, 0.1m));
        Assert.NotNull(book.Hold(0.2m, line));

        var refusal = book.Refuse(0.21m, line);

        Assert.NotNull(refusal);
        Assert.Equal((line, 0.21m), (refusal.Line, refusal.Asked));
        Assert.Equal((1m, 0.5m, 0.2m, 0.1m), (refusal.View.Limit, refusal.View.Spent, refusal.View.Held, refusal.View.Unknown));
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), refusal.ResetsAt);
    }

    [Fact]
    public void TryHold_OneOfSixLacksRoom_TouchesNoneOfThem()
    {
        var chain = Enumerable.Range(1, 6).Select(n => Lines.Strict(n, n == 4 ? 0.5m : 10)).ToArray();
        var book = Lines.Book(chain);
        Array.Reverse(chain);

        var refusal = book.Refuse(0.6m, chain);

        Assert.Equal(Lines.Id(4), refusal?.Line.BudgetId);
        Assert.All(chain, line => Assert.Equal(0, book.See(line).Held));
        Assert.NotNull(book.Hold(0.5m, chain));
        Assert.All(chain, line => Assert.Equal(0.5m, book.See(line).Held));
    }

    [Fact]
    public void TryHold_SeveralLackRoom_NamesTheFirstOfTheChain()
    {
        var (key, organization) = (Lines.Strict(9, 1), Lines.Strict(1, 1));

        Assert.Equal(key, Lines.Book(key, organization).Refuse(2, key, organization)?.Line);
        Assert.Equal(organization, Lines.Book(key, organization).Refuse(2, organization, key)?.Line);
    }

    [Fact]
    public void TryHold_LineTwiceInTheChain_HoldsOnce()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book(line);

        Assert.NotNull(book.Hold(0.6m, line, line));
        Assert.Equal(0.6m, book.See(line).Held);
    }

    [Fact]
    public void TryHold_AlertLine_CountsAndNeverRefuses()
    {
        var line = Lines.Strict(1, 1) with { Action = BudgetAction.Alert };
        var book = Lines.Book(line);

        var hold = book.Hold(5, line);

        Assert.NotNull(hold);
        Assert.True(hold.Settle(4));
        Assert.Equal((4m, 0m, -3m), (book.See(line).Spent, book.See(line).Held, book.See(line).Remaining));
    }

    [Fact]
    public void TryHold_EmptyChain_HoldsNothing()
    {
        var hold = Lines.Book().Hold(1);

        Assert.NotNull(hold);
        Assert.Empty(hold.Lines);
        Assert.True(hold.Settle(1));
    }

    [Fact]
    public void TryHold_StrictAndLearned_HoldTheirOwnAmountsAndStateTheExposure()
    {
        var strict = Lines.Strict(1, 10);
        var learned = Lines.Strict(2, 10) with { Hold = HoldKind.Learned };
        var book = Lines.Book(strict, learned);

        var hold = book.Ask([strict, learned], Lines.Noon, 3, 0.5m).Hold;
        Assert.NotNull(hold);

        Assert.Equal((3m, 0.5m), (book.See(strict).Held, book.See(learned).Held));
        Assert.Equal([3m, 0.5m], hold.Lines.OrderBy(held => held.Key.BudgetId).Select(held => held.Amount));
        Assert.Equal(2.5m, book.OvershootExposure(Lines.Organization));
        Assert.True(hold.Release());
        Assert.Equal(0, book.OvershootExposure(Lines.Organization));
    }

    [Fact]
    public void TryHold_StrictLinesAlone_LeaveNoExposure()
    {
        var line = Lines.Strict(1, 10);
        var book = Lines.Book(line);

        Assert.True(book.Ask([line], Lines.Noon, 3, 0.5m).IsHeld);
        Assert.Equal(0, book.OvershootExposure(Lines.Organization));
    }

    [Fact]
    public void TryHold_ExpectationAboveTheCeiling_HoldsTheCeiling()
    {
        var learned = Lines.Strict(2, 10) with { Hold = HoldKind.Learned };
        var book = Lines.Book(learned);

        Assert.True(book.Ask([learned], Lines.Noon, 1, 7).IsHeld);
        Assert.Equal(1, book.See(learned).Held);
    }

    [Fact]
    public void TryHold_CallOfTheFormerHour_BelongsToTheHourItBeganIn()
    {
        var line = Lines.Strict(1, 1, PeriodType.Hourly);
        var book = Lines.Book(line);

        var before = book.Ask([line], Lines.Noon.AddTicks(-1), 1, 1).Hold;
        Assert.NotNull(before);
        Assert.NotNull(book.Hold(1, line));
        Assert.True(before.Settle(1));

        Assert.Equal((0m, 1m), (book.See(line).Spent, book.See(line).Held));
        Assert.Equal(1, book.Read(line, OrganizationCalendar.Utc, Lines.Noon.AddHours(-1)).Spent);
    }

    [Theory]
    [InlineData("settle", 0.3, 0)]
    [InlineData("release", 0, 0)]
    [InlineData("unknown", 0, 0.5)]
    public void Hold_EndedTwice_OnlyTheFirstCounts(string first, double spent, double unknown)
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book(line);
        var hold = book.Hold(0.5m, line)!;

        Assert.True(first switch { "settle" => hold.Settle(0.3m), "release" => hold.Release(), _ => hold.Unknown() });
        Assert.False(hold.Settle(0.9m));
        Assert.False(hold.Release());
        Assert.False(hold.Unknown());

        var view = book.See(line);
        Assert.Equal((spent, 0d, unknown), ((double)view.Spent, (double)view.Held, (double)view.Unknown));
        Assert.Equal(view.Limit, view.Remaining + view.Held + view.Spent + view.Unknown);
    }

    [Fact]
    public void Settle_AboveTheHold_IsCountedInFull()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book(line);

        Assert.True(book.Hold(0.5m, line)!.Settle(1.25m));

        Assert.Equal(-0.25m, book.See(line).Remaining);
        Assert.NotNull(book.Refuse(0, line));
    }

    [Fact]
    public void Settle_NegativeCost_ThrowsAndLeavesTheHoldOpen()
    {
        var line = Lines.Strict(1, 1);
        var book = Lines.Book(line);
        var hold = book.Hold(0.5m, line)!;

        Assert.Throws<ArgumentOutOfRangeException>(() => hold.Settle(-1));
        Assert.True(hold.Release());
    }

    [Fact]
    public void View_Fractions_AreOfTheLimit()
    {
        var period = Period.Total;

        Assert.Equal(0.85m, new BudgetView(5_000, 4_250, 0, 0, period).UsedFraction);
        Assert.Equal(1, new BudgetView(0, 0, 0, 0, period).UsedFraction);
    }
}

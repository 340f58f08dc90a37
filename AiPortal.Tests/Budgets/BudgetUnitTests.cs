using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Xunit;

namespace AiPortal.Tests.Budgets;

/// <summary>One call holds dollars of one line, tokens of another and itself of a third.</summary>
public sealed class BudgetUnitTests
{
    private static readonly BudgetLine Money = Lines.Strict(1, 1);
    private static readonly BudgetLine Tokens = Lines.Strict(2, 10_000) with { Unit = CountedUnit.Tokens };
    private static readonly BudgetLine Requests = Lines.Strict(3, 3) with { Unit = CountedUnit.Requests };

    [Fact]
    public void Hold_LinesOfEachUnit_HoldTheirOwnAmounts()
    {
        var book = Lines.Book(Money, Tokens, Requests);
        var hold = Ask(book, new CallAmounts(0.25m, 0.1m, 4_000, 100)).Hold!;

        Assert.Equal((0.25m, 4_000m, 1m), (book.See(Money).Held, book.See(Tokens).Held, book.See(Requests).Held));
        Assert.Equal(
            [(CountedUnit.Usd, 0.25m), (CountedUnit.Tokens, 4_000m), (CountedUnit.Requests, 1m)], hold.Lines.Select(line => (line.Unit, line.Amount)).OrderBy(line => line.Unit));
        Assert.True(hold.Settle(0.2m, 1_234, 1));
        Assert.Equal((0.2m, 1_234m, 1m), (book.See(Money).Spent, book.See(Tokens).Spent, book.See(Requests).Spent));
        Assert.Equal((0m, 0m, 0m), (book.See(Money).Held, book.See(Tokens).Held, book.See(Requests).Held));
    }

    [Fact]
    public void Hold_LearnedLine_HoldsLearnedTokensButNeverMoreThanTheMost()
    {
        var learned = Tokens with { Hold = HoldKind.Learned };
        var book = Lines.Book(learned);
        Ask(book, new CallAmounts(0, 0, 4_000, 100), learned);
        Assert.Equal(100, book.See(learned).Held);
        Ask(book, new CallAmounts(0, 0, 50, 100), learned);
        Assert.Equal(150, book.See(learned).Held);
        Assert.Equal(0, book.OvershootExposure(Lines.Organization));
    }

    [Fact]
    public void Hold_TokensDoNotFit_NothingIsHeldAnywhere()
    {
        var book = Lines.Book(Money, Tokens, Requests);
        Assert.True(Ask(book, new CallAmounts(0.1m, 0.1m, 10_000, 10_000)).IsHeld);
        var refusal = Ask(book, new CallAmounts(0.1m, 0.1m, 1, 1)).Refusal!;
        Assert.Equal((Tokens.BudgetId, CountedUnit.Tokens, 1m), (refusal.Line.BudgetId, refusal.Line.Unit, refusal.Asked));
        Assert.Equal((0.1m, 10_000m, 1m), (book.See(Money).Held, book.See(Tokens).Held, book.See(Requests).Held));
    }

    [Fact]
    public void Requests_TwoHundredAsked_AsManyAsTheLimitAreServed()
    {
        var fifty = Requests with { Limit = 50 };
        var book = Lines.Book(fifty);
        var held = Enumerable.Range(0, 200).AsParallel().Select(_ => Ask(book, new CallAmounts(5, 5), fifty).Hold).OfType<BudgetHold>().ToList();
        Assert.Equal(50, held.Count);
        Assert.All(held.Take(10), hold => hold.Settle(0.01m, 10, 0));
        Assert.Equal((40m, 0m), (book.See(fifty).Held, book.See(fifty).Spent));
    }

    [Fact]
    public void Unknown_EachLine_KeepsItsHold()
    {
        var book = Lines.Book(Money, Tokens, Requests);
        Assert.True(Ask(book, new CallAmounts(0.25m, 0.1m, 4_000, 100)).Hold!.Unknown());
        Assert.Equal((0.25m, 4_000m, 1m), (book.See(Money).Unknown, book.See(Tokens).Unknown, book.See(Requests).Unknown));
    }

    [Fact]
    public void Tokens_TheLargestLimit_IsCountedToTheLastToken()
    {
        var huge = Tokens with { Limit = BudgetDraft.MostUnits };
        var book = Lines.Book(huge);
        var most = (long)BudgetDraft.MostUnits;
        Assert.NotNull(Ask(book, new CallAmounts(0, 0, long.MaxValue), huge).Refusal);
        Assert.True(Ask(book, new CallAmounts(0, 0, most - 1), huge).Hold!.Settle(0, most - 1, 1));
        Assert.NotNull(Ask(book, new CallAmounts(0, 0, 2), huge).Refusal);
        Assert.True(Ask(book, new CallAmounts(0, 0, 1), huge).IsHeld);
        Assert.Equal((BudgetDraft.MostUnits - 1, 1m), (book.See(huge).Spent, book.See(huge).Held));
        Assert.Equal(0, book.See(huge).Remaining);
    }

    private static HoldAnswer Ask(BudgetBook book, CallAmounts amounts, params BudgetLine[] lines) =>
        book.HoldAsync(lines.Length == 0 ? [Money, Tokens, Requests] : lines, OrganizationCalendar.Utc, Lines.Noon, amounts).AsTask().GetAwaiter().GetResult();
}

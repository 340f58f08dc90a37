using AiPortal.Core.Budgets;
using AiPortal.Core.Money;
using AiPortal.Tests.Budgets.Leases;

namespace AiPortal.Tests.Budgets;

internal static class Lines
{
    public static readonly Guid Organization = new("00000000-0000-0000-0000-0000000000a1");
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static Guid Id(int number) => new(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static BudgetLine Strict(int number, decimal limit, PeriodType period = PeriodType.Monthly) => new(
        Id(number), Organization, QuotaType.Key, Id(1_000 + number), $"Budget {number}", period, limit,
        BudgetAction.Block, HoldKind.Strict, 0.8m, 0.95m);

    public static BudgetCellKey Key(BudgetLine line, DateTimeOffset at) =>
        new(line.BudgetId, line.PeriodType, OrganizationCalendar.Utc.PeriodOf(line.PeriodType, at).Start);

    /// <summary>The book of the only node of a bank that has these lines.</summary>
    public static BudgetBook Book(params BudgetLine[] lines)
    {
        var book = new MemoryBank().AddNode().Book;
        book.Load(lines);
        return book;
    }

    /// <summary>Changes the configuration, of the bank and of this book.</summary>
    public static void Load(this BudgetBook book, IReadOnlyCollection<BudgetLine> lines, params BudgetSeed[] seeds)
    {
        MemoryBank.Of(book).Bank.Configure(lines);
        foreach (var seed in seeds)
            MemoryBank.Of(book).Bank.Seed(seed);
        book.Update(lines, seeds);
    }

    public static HoldAnswer Ask(
        this BudgetBook book, IReadOnlyList<BudgetLine> chain, DateTimeOffset startedAt, decimal strict, decimal learned) =>
        book.Ask(chain, startedAt, new CallAmounts(strict, learned));

    public static HoldAnswer Ask(this BudgetBook book, IReadOnlyList<BudgetLine> chain, DateTimeOffset startedAt, CallAmounts amounts)
    {
        var answer = book.HoldAsync(chain, OrganizationCalendar.Utc, startedAt, amounts);
        return answer.AsTask().GetAwaiter().GetResult();
    }

    public static BudgetHold? Hold(this BudgetBook book, decimal strict, params BudgetLine[] chain) => book.Ask(chain, Noon, strict, strict).Hold;

    public static BudgetRefusal? Refuse(this BudgetBook book, decimal strict, params BudgetLine[] chain) => book.Ask(chain, Noon, strict, strict).Refusal;

    public static BudgetView See(this BudgetBook book, BudgetLine line) => book.Read(line, OrganizationCalendar.Utc, Noon);

    /// <summary>Writes part of a cell's pending amounts to the database, as the ledger writer does.</summary>
    public static void Drain(this BudgetBook book, BudgetPending pending)
    {
        var node = MemoryBank.Of(book);
        book.Confirm([node.Bank.Post(node.NodeId, pending)]);
    }

    /// <summary>Confirms everything pending.</summary>
    public static void Drain(this BudgetBook book)
    {
        foreach (var pending in book.Pending())
            book.Drain(pending);
    }

    /// <summary>Sets the database's amounts as a reset, a refund or a person does.</summary>
    public static void Correct(this BudgetBook book, BudgetCellKey key, decimal spent, decimal unknown) =>
        book.Confirm([MemoryBank.Of(book).Bank.Correct(key, spent, unknown)]);
}

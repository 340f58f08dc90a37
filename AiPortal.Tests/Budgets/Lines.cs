using AiPortal.Core.Budgets;
using AiPortal.Core.Money;

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

    public static BudgetBook Book(params BudgetLine[] lines)
    {
        var book = new BudgetBook();
        book.Update(lines, []);
        return book;
    }

    public static BudgetHold? Hold(this BudgetBook book, decimal strict, params BudgetLine[] chain) =>
        book.TryHold(chain, OrganizationCalendar.Utc, Noon, strict, strict, out var hold, out _) ? hold : null;

    public static BudgetRefusal? Refuse(this BudgetBook book, decimal strict, params BudgetLine[] chain) =>
        book.TryHold(chain, OrganizationCalendar.Utc, Noon, strict, strict, out _, out var refusal) ? null : refusal;

    public static BudgetView See(this BudgetBook book, BudgetLine line) => book.Read(line, OrganizationCalendar.Utc, Noon);

    /// <summary>Confirms everything pending, as a ledger writer does that finds the given totals in the database.</summary>
    public static void Drain(this BudgetBook book, Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)> database)
    {
        foreach (var pending in book.Pending())
        {
            var before = database.GetValueOrDefault(pending.Key);
            var after = (before.Spent + pending.Spent, before.Unknown + pending.Unknown);
            database[pending.Key] = after;
            book.Confirm([new BudgetConfirmation(pending.Key, pending.Spent, pending.Unknown, after.Item1, after.Item2)]);
        }
    }
}

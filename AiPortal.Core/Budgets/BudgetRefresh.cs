using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>
/// Makes the admission of this process take over amounts that were set in the database and not by a call: a reset, or a line
/// counted anew.
/// </summary>
public sealed class BudgetRefresh(PortalDatabase database, BudgetBook book, TimeProvider clock)
{
    public async Task RereadAsync(Guid budgetId, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var now = clock.GetUtcNow();
        var amounts = await db.Set<BudgetAmount>().AsNoTracking().Where(a => a.BudgetId == budgetId && a.PeriodEnd > now).ToListAsync(token);
        book.Confirm(amounts.Select(a => new BudgetConfirmation(new BudgetCellKey(a.BudgetId, a.PeriodType, a.PeriodStart), 0, 0, a.Spent, a.Unknown, a.Version, null)));
    }
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>
/// Which bills settle: the kind of scope that is finalized first for a period settles it, so that no cost is charged once to the
/// organization and again to a team. Bills of the other kinds are statements.
/// </summary>
internal static class BillSettlement
{
    public static async Task<bool> SettlesAsync(PortalDb db, Bill bill, CancellationToken token) =>
        !await db.Set<Bill>().AnyAsync(
            b => b.Period == bill.Period && b.Status == BillStatus.Finalized && b.Settles && b.ScopeType != bill.ScopeType, token);

    /// <summary>The same of many, with one question.</summary>
    public static async Task<Func<Bill, bool>> SettlesAsync(PortalDb db, IReadOnlyList<Bill> bills, CancellationToken token)
    {
        string[] periods = [.. bills.Select(bill => bill.Period).Distinct()];
        var settled = await db.Set<Bill>().Where(b => periods.Contains(b.Period) && b.Status == BillStatus.Finalized && b.Settles).Select(b => new { b.Period, b.ScopeType }).Distinct().ToListAsync(token);
        return bill => !settled.Exists(b => b.Period == bill.Period && b.ScopeType != bill.ScopeType);
    }
}

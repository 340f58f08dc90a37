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
}

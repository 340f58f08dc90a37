using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>Throws a draft away; a finalized bill stays.</summary>
public sealed class DiscardBill(ChangeGate gate)
{
    public Task<Outcome<Bill>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Bill>(actor, organizationId, Permission.ManageBills, "bill.delete", async scope =>
        {
            var bill = await scope.Db.Set<Bill>().FromSql($"SELECT * FROM bills WHERE id = {id} FOR UPDATE").FirstOrDefaultAsync(token);
            if (bill is null) return Refusal.Missing("bill");
            if (bill.Status == BillStatus.Finalized)
                return Refusal.Conflict("bill_finalized", $"Bill {bill.Number} is final; corrections go on the next bill of its scope and period.");
            scope.Db.Remove(bill);
            scope.Audit(new AuditNote("bill.delete", "bill", bill.Id, $"{bill.Period} {bill.ScopeName}", new { bill.Period, bill.ScopeType, bill.ScopeName, bill.Sequence }));
            return bill;
        }, token);
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Records;

/// <summary>Gives back what a record cost, or a part of it; all refunds of a record together never exceed what is left of it.</summary>
public sealed class RefundRecord(LedgerChange ledger, TimeProvider clock)
{
    /// <param name="actor">Who gives it back.</param>
    /// <param name="organizationId">Whose record.</param>
    /// <param name="id">A record of usage.</param>
    /// <param name="amount">USD above zero; null: all that is left.</param>
    /// <param name="reason">Why; at most 500 characters.</param>
    /// <param name="token">Ends it.</param>
    public Task<Outcome<LedgerEntry>> RunAsync(Actor actor, Guid organizationId, Guid id, decimal? amount, string? reason, CancellationToken token = default) =>
        ledger.RunAsync<LedgerEntry>(actor, organizationId, "record.refund", [], async scope =>
        {
            var faults = new FieldFaults();
            CorrectionFaults.Reason(faults, reason);
            if (amount is { } asked)
            {
                CorrectionFaults.Amount(faults, asked);
                faults.Require(asked > 0, "amount", "Must be above zero; a correction that raises the cost is an adjustment.");
            }

            if (faults.Any) return faults.ToRefusal();
            var locked = await CorrectionTarget.LockAsync(scope.Db, id, token);
            if (locked.Refusal is { } refusal) return refusal;
            var target = locked.Value;
            if (target.IsUnresolved) return AdjustRecord.Unresolved;
            var given = amount ?? target.Left;
            if (target.Left <= 0) return Refusal.Conflict("nothing_left", "Nothing is left of this record's cost to give back.");
            if (given > target.Left)
                return Refusal.Conflict("exceeds_cost", $"{CorrectionFaults.Show(given)} USD is more than the {CorrectionFaults.Show(target.Left)} USD that is left of this record's cost.");

            var entry = CorrectionEntry.Of(target.Entry, EntryKind.Refund, reason!.Trim(), clock);
            entry.BaseCost = entry.TotalCost = -given;
            var added = (await ledger.AddAsync(scope, [entry], token))[0];
            scope.Audit(new AuditNote("record.refund", "record", added.Id, target.Entry.ModelName,
                new { Corrects = id, target.Left }, new { Amount = added.TotalCost, added.Reason, Left = target.Left - given }));
            return added;
        }, token);
}

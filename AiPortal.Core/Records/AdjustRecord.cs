using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Records;

/// <summary>Corrects what a record cost, up or down; it never costs less than nothing.</summary>
public sealed class AdjustRecord(LedgerChange ledger, TimeProvider clock)
{
    internal static Refusal Unresolved { get; } =
        Refusal.Conflict("outcome_unknown", "Nobody knows yet whether the provider served this. Resolve it first: say what it cost.");

    /// <param name="actor">Who corrects.</param>
    /// <param name="organizationId">Whose record.</param>
    /// <param name="id">A record of usage.</param>
    /// <param name="amount">USD to add; below zero takes off.</param>
    /// <param name="reason">Why; at most 500 characters.</param>
    /// <param name="token">Ends it.</param>
    public Task<Outcome<LedgerEntry>> RunAsync(Actor actor, Guid organizationId, Guid id, decimal amount, string? reason, CancellationToken token = default) =>
        ledger.RunAsync<LedgerEntry>(actor, organizationId, "record.adjust", [], async scope =>
        {
            var faults = new FieldFaults();
            CorrectionFaults.Reason(faults, reason);
            CorrectionFaults.Amount(faults, amount);
            faults.Require(amount != 0, "amount", "Must not be zero.");
            if (faults.Any) return faults.ToRefusal();
            var locked = await CorrectionTarget.LockAsync(scope.Db, id, token);
            if (locked.Refusal is { } refusal) return refusal;
            var target = locked.Value;
            if (target.IsUnresolved) return Unresolved;
            if (target.Left + amount < 0)
                return Refusal.Conflict("exceeds_cost", $"{CorrectionFaults.Show(-amount)} USD is more than the {CorrectionFaults.Show(target.Left)} USD that is left of this record's cost.");

            var entry = CorrectionEntry.Of(target.Entry, EntryKind.Adjustment, reason!.Trim(), clock);
            entry.BaseCost = entry.TotalCost = amount;
            var added = (await ledger.AddAsync(scope, [entry], token))[0];
            scope.Audit(new AuditNote("record.adjust", "record", added.Id, target.Entry.ModelName,
                new { Corrects = id, target.Left }, new { Amount = added.TotalCost, added.Reason, Left = target.Left + amount }));
            return added;
        }, token);
}

using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>
/// Fixes a bill's cutoff, lines, number and hash. Every entry of its scope and period that is on the ledger at that moment, and on
/// no earlier bill, is on this one; whatever comes later belongs to the next sequence.
/// </summary>
public sealed class FinalizeBill(ChangeGate gate, TenantDb tenants, IOpenCalls calls, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    public async Task<Outcome<Bill>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        // Before the gate: a wait of seconds must hold neither the ledger's lock nor a connection.
        var open = actor.May(Permission.ManageBills, organizationId) ? await AwaitOpenCallsAsync(organizationId, id, token) : 0;
        return await gate.RunAsync<Bill>(actor, organizationId, Permission.ManageBills, "bill.finalize", async scope =>
        {
            var db = scope.Db;
            // One finalizer at a time and no half-written batch of entries: what is seen now is all below the cutoff.
            await LedgerLocks.HoldInsertsAsync(db.Database, organizationId, token);
            var bill = await db.Set<Bill>().FromSql($"SELECT * FROM bills WHERE id = {id} FOR UPDATE").FirstOrDefaultAsync(token);
            if (bill is null) return Refusal.Missing("bill");
            if (bill.Status == BillStatus.Finalized)
                return Refusal.Conflict("bill_finalized", $"Bill {bill.Number} is already final.");
            var now = Microseconds(clock.GetUtcNow());
            if (bill.PeriodStart > now) return Refusal.Conflict("period_not_begun", "This month has not begun.");

            bill.Cutoff = await db.Set<LedgerEntry>().MaxAsync(e => (long?)e.Position, token) ?? 0;
            var content = await BillEntries.ContentAsync(db, bill, token);
            if (content.Lines.Count == 0 && bill.Sequence > 1)
                return Refusal.Conflict("nothing_to_bill", $"Nothing has come onto the ledger for {bill.Period} since the last bill of this scope.");

            bill.Take(content);
            bill.Settles = await BillSettlement.SettlesAsync(db, bill, token);
            bill.Number = NumberOf(bill);
            bill.FinalizedAt = now;
            bill.FinalizedBy = actor.Id;
            bill.OpenCalls = open;
            foreach (var line in content.Lines) line.BillId = bill.Id;
            bill.ContentHash = BillHash.Of(bill, content.Lines);
            db.AddRange(content.Lines);
            // The lines first: the database takes none for a bill that is final.
            await db.SaveChangesAsync(token);
            bill.Status = BillStatus.Finalized;
            scope.Audit(new AuditNote("bill.finalize", "bill", bill.Id, bill.Number, null,
                new { bill.Number, bill.Total, bill.Currency, bill.TotalUsd, bill.Cutoff, bill.Settles, bill.OpenCalls, bill.ContentHash }));
            return bill;
        }, token);
    }

    private async Task<int> AwaitOpenCallsAsync(Guid organizationId, Guid id, CancellationToken token)
    {
        var end = await tenants.ReadAsync(organizationId,
            db => db.Set<Bill>().Where(b => b.Id == id && b.Status == BillStatus.Draft).Select(b => (DateTimeOffset?)b.PeriodEnd).FirstOrDefaultAsync(token), token);
        if (end is null) return 0;
        var began = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var before = end < now ? end.Value : now;
        while (true)
        {
            var open = calls.OpenBefore(organizationId, before);
            if (open == 0 || clock.GetElapsedTime(began) >= Patience) return open;
            await Task.Delay(Glance, clock, token);
        }
    }

    /// <summary><c>2026-10-ORG-1</c>; a part of the organization is told apart by the random end of its id.</summary>
    private static string NumberOf(Bill bill)
    {
        var part = bill.ScopeId.ToString("N")[^8..].ToUpperInvariant();
        var scope = bill.ScopeType switch
        {
            BillScope.Organization => "ORG",
            BillScope.CostCenter => "CC-" + part,
            BillScope.Team => "TEAM-" + part,
            BillScope.Project => "PROJ-" + part,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{bill.Period}-{scope}-{bill.Sequence}");
    }

    // PostgreSQL keeps microseconds; the hash must see what will be read back.
    private static DateTimeOffset Microseconds(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
}

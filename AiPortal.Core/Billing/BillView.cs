using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>A bill as it is read: a draft with what the ledger says now, a finalized one as it was stored.</summary>
/// <param name="Bill">Header and totals; detached.</param>
/// <param name="OrganizationName">Of today.</param>
/// <param name="Lines">In printed order.</param>
public sealed record BillView(Bill Bill, string OrganizationName, IReadOnlyList<BillLine> Lines)
{
    public bool IsFinalized => Bill.Status == BillStatus.Finalized;

    /// <summary>True where it was finalized before its period was over; later usage goes on the next sequence.</summary>
    public bool IsEarly => Bill.FinalizedAt is { } at && at < Bill.PeriodEnd;

    public IEnumerable<BillLine> Of(string section) => Lines.Where(line => line.Section == section);
}

/// <summary>Which bills to list.</summary>
public sealed record BillFilter(string? Period = null, BillStatus? Status = null, BillScope? Scope = null, Guid? ScopeId = null);

/// <summary>Reads bills of one organization.</summary>
public sealed class BillReader(TenantDb tenants)
{
    /// <summary>Null where the organization has no such bill.</summary>
    public Task<BillView?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var bill = await db.Set<Bill>().AsNoTracking().FirstOrDefaultAsync(b => b.Id == id, token);
            if (bill is null) return null;
            var organization = await db.Set<Organization>().Where(o => o.Id == organizationId).Select(o => o.Name).FirstAsync(token);
            return new BillView(bill, organization, await FillAsync(db, bill, token));
        }, token);

    /// <summary>Headers with totals, drafts as of now; newest period first.</summary>
    public Task<Page<Bill>> ListAsync(Guid organizationId, BillFilter filter, string? cursor, int limit, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return tenants.ReadAsync(organizationId, async db =>
        {
            var bills = db.Set<Bill>().AsNoTracking();
            if (filter.Period is { } period) bills = bills.Where(b => b.Period == period);
            if (filter.Status is { } status) bills = bills.Where(b => b.Status == status);
            if (filter.Scope is { } scope) bills = bills.Where(b => b.ScopeType == scope);
            if (filter.ScopeId is { } scopeId) bills = bills.Where(b => b.ScopeId == scopeId);
            if (Cursor.TryRead(cursor, 2, out var keys) && Guid.TryParse(keys[1], out var last))
            {
                var month = keys[0];
                bills = bills.Where(b => b.Period.CompareTo(month) < 0 || (b.Period == month && b.Id < last));
            }

            var read = await bills.OrderByDescending(b => b.Period).ThenByDescending(b => b.Id).Take(limit + 1).ToListAsync(token);
            var page = Page<Bill>.Of(read, limit, bill => Cursor.Of(bill.Period, bill.Id.ToString()));
            foreach (var draft in page.Data.Where(b => b.Status == BillStatus.Draft)) await FillAsync(db, draft, token);
            return page;
        }, token);
    }

    private static async Task<IReadOnlyList<BillLine>> FillAsync(PortalDb db, Bill bill, CancellationToken token)
    {
        if (bill.Status == BillStatus.Finalized)
            return await db.Set<BillLine>().AsNoTracking().Where(l => l.BillId == bill.Id).OrderBy(l => l.LineNo).ToListAsync(token);
        var content = await BillEntries.ContentAsync(db, bill, token);
        bill.Take(content);
        bill.Settles = await BillSettlement.SettlesAsync(db, bill, token);
        return content.Lines;
    }
}

using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

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
            var bills = Filtered(db, filter);
            if (Cursor.TryRead(cursor, 2, out var keys) && Guid.TryParse(keys[1], out var last))
            {
                var month = keys[0];
                bills = bills.Where(b => b.Period.CompareTo(month) < 0 || (b.Period == month && b.Id < last));
            }

            var read = await Ordered(bills).Take(limit + 1).ToListAsync(token);
            var page = Page<Bill>.Of(read, limit, bill => Cursor.Of(bill.Period, bill.Id.ToString()));
            return page with { Data = await WithTotalsAsync(db, page.Data, token) };
        }, token);
    }

    /// <summary>The same in the order of the list, by place, with how many there are.</summary>
    public Task<(IReadOnlyList<Bill> Bills, int Total)> RangeAsync(Guid organizationId, BillFilter filter, int skip, int take, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return tenants.ReadAsync(organizationId, async db =>
        {
            var bills = Filtered(db, filter);
            var total = await bills.CountAsync(token);
            return (await WithTotalsAsync(db, await Ordered(bills).Skip(skip).Take(take).ToListAsync(token), token), total);
        }, token);
    }

    private static IQueryable<Bill> Filtered(PortalDb db, BillFilter filter)
    {
        var bills = db.Set<Bill>().AsNoTracking();
        if (filter.Period is { } period) bills = bills.Where(b => b.Period == period);
        if (filter.Status is { } status) bills = bills.Where(b => b.Status == status);
        if (filter.Scope is { } scope) bills = bills.Where(b => b.ScopeType == scope);
        if (filter.ScopeId is { } scopeId) bills = bills.Where(b => b.ScopeId == scopeId);
        return bills;
    }

    private static IOrderedQueryable<Bill> Ordered(IQueryable<Bill> bills) => bills.OrderByDescending(b => b.Period).ThenByDescending(b => b.Id);

    private static async Task<IReadOnlyList<Bill>> WithTotalsAsync(PortalDb db, IReadOnlyList<Bill> bills, CancellationToken token)
    {
        List<Bill> drafts = [.. bills.Where(b => b.Status == BillStatus.Draft)];
        if (drafts.Count == 0) return bills;
        var contents = await BillEntries.ContentsAsync(db, drafts, token);
        var settles = await BillSettlement.SettlesAsync(db, drafts, token);
        foreach (var draft in drafts)
        {
            draft.Take(contents[draft.Id]);
            draft.Settles = settles(draft);
        }

        return bills;
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

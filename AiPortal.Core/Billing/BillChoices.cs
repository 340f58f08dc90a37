using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>Something a bill can be over.</summary>
public sealed record BillChoice(Guid Id, string Name);

/// <summary>What a new bill can be made of.</summary>
/// <param name="Currency">The organization's.</param>
/// <param name="ThisMonth">In the organization's zone, <c>2026-10</c>.</param>
/// <param name="LastMonth">The one before: what is usually billed.</param>
/// <param name="Scopes">By kind, by name; none for the whole organization.</param>
public sealed record BillChoices(string Currency, string ThisMonth, string LastMonth, IReadOnlyDictionary<BillScope, IReadOnlyList<BillChoice>> Scopes);

/// <summary>Reads what the form of a new bill offers.</summary>
public sealed class BillChoiceReader(TenantDb tenants, TimeProvider clock)
{
    public Task<BillChoices> ReadAsync(Guid organizationId, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db =>
    {
        var organization = await db.Set<Organization>().AsNoTracking().FirstAsync(o => o.Id == organizationId, token);
        var today = OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart).LocalDate(clock.GetUtcNow());
        return new BillChoices(organization.Currency, BillMonth.Of(today), BillMonth.Of(today.AddMonths(-1)), new Dictionary<BillScope, IReadOnlyList<BillChoice>>
        {
            [BillScope.Organization] = [],
            [BillScope.CostCenter] = await NamesAsync(db.Set<CostCenter>(), token),
            [BillScope.Team] = await NamesAsync(db.Set<Team>(), token),
            [BillScope.Project] = await NamesAsync(db.Set<Project>(), token),
        });
    }, token);

    // What was deleted may still have a month to bill.
    private static async Task<IReadOnlyList<BillChoice>> NamesAsync<T>(DbSet<T> rows, CancellationToken token) where T : StructureRow =>
        await rows.OrderBy(row => row.Name).Select(row => new BillChoice(row.Id, row.Name)).ToListAsync(token);
}

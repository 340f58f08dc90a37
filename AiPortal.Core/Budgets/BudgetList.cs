using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>A budget with what its lines have used in their current periods; the first line is the budget's own.</summary>
public sealed record BudgetReading(Budget Budget, IReadOnlyList<BudgetLineReading> Lines)
{
    public BudgetLineReading Main => Lines[0];

    /// <summary>Budgets allocated from this one, by name.</summary>
    public IReadOnlyList<BudgetShare> Shares { get; init; } = [];

    /// <summary>The name of the budget it is allocated from.</summary>
    public string? ParentName { get; init; }

    public decimal Allocated => Shares.Sum(share => share.Amount);

    public bool IsWarning => Lines.Any(line => line.View.UsedFraction >= Budget.WarningThreshold);

    public bool IsCritical => Lines.Any(line => line.View.UsedFraction >= Budget.CriticalThreshold);

    public bool IsExceeded => Lines.Any(line => line.View.Spent >= line.View.Limit);
}

/// <summary>One limit of a budget in its current period.</summary>
public sealed record BudgetLineReading(BudgetLine Line, BudgetView View);

/// <summary>Which budgets to list; null members do not filter.</summary>
public sealed record BudgetFilter
{
    public QuotaType? QuotaType { get; init; }

    public Guid? ScopeId { get; init; }

    /// <summary>Part of the name, in any letter case.</summary>
    public string? Search { get; init; }
}

/// <summary>Budgets as read, newest first. What calls hold is known to the process that made them; the rest is the database's.</summary>
public sealed class BudgetList(TenantDb tenants, BudgetBook book, TimeProvider clock)
{
    /// <param name="organizationId">Whose budgets.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="limit">Rows of the page.</param>
    /// <param name="after">The last row of the page before.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Page<BudgetReading>> ReadAsync(Guid organizationId, BudgetFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var budgets = db.Set<Budget>().AsNoTracking();
            if (filter.QuotaType is { } type) budgets = budgets.Where(b => b.QuotaType == type);
            if (filter.ScopeId is { } scopeId) budgets = budgets.Where(b => b.ScopeId == scopeId);
            if (filter.Search is { Length: > 0 } search) budgets = budgets.Where(b => EF.Functions.ILike(b.Name, LikePattern.Contains(search), @"\"));
            if (after is { } last)
                budgets = budgets.Where(b => EF.Functions.LessThan(ValueTuple.Create(b.CreatedAt, b.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await budgets.OrderByDescending(b => b.CreatedAt).ThenByDescending(b => b.Id).Take(limit + 1).ToListAsync(token);
            var page = Page<Budget>.Of(rows, limit, budget => Cursor.Of(budget.CreatedAt, budget.Id));
            var readings = await ReadingsAsync(db, organizationId, page.Data, token);
            return new Page<BudgetReading>(readings, page.NextCursor);
        }, token);

    /// <summary>The budgets that keys own, by key; a key without one is left out.</summary>
    public Task<IReadOnlyDictionary<Guid, BudgetReading>> OfKeysAsync(Guid organizationId, IReadOnlyCollection<Guid> keyIds, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyDictionary<Guid, BudgetReading>>(organizationId, async db =>
        {
            var rows = await db.Set<Budget>().AsNoTracking().Where(b => b.OwnedByKey && keyIds.Contains(b.ScopeId)).ToListAsync(token);
            return (await ReadingsAsync(db, organizationId, rows, token)).ToDictionary(reading => reading.Budget.ScopeId);
        }, token);

    /// <summary>Null when there is none, or it is another organization's.</summary>
    public Task<BudgetReading?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
            await db.Set<Budget>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, token) is { } budget
                ? (await ReadingsAsync(db, organizationId, [budget], token))[0]
                : null, token);

    /// <summary>The budgets named, by id; those that are gone are left out.</summary>
    public Task<IReadOnlyDictionary<Guid, BudgetReading>> ByIdAsync(Guid organizationId, IReadOnlyCollection<Guid> ids, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyDictionary<Guid, BudgetReading>>(organizationId, async db =>
        {
            var rows = await db.Set<Budget>().AsNoTracking().Where(b => ids.Contains(b.Id)).ToListAsync(token);
            return (await ReadingsAsync(db, organizationId, rows, token)).ToDictionary(reading => reading.Budget.Id);
        }, token);

    private async Task<IReadOnlyList<BudgetReading>> ReadingsAsync(PortalDb db, Guid organizationId, IReadOnlyList<Budget> budgets, CancellationToken token)
    {
        if (budgets.Count == 0) return [];
        var now = clock.GetUtcNow();
        var organization = await db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == organizationId, token);
        var calendar = OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart);
        var ids = budgets.Select(b => b.Id).ToArray();
        var amounts = await db.Set<BudgetAmount>().AsNoTracking().Where(a => ids.Contains(a.BudgetId) && a.PeriodEnd > now)
            .ToDictionaryAsync(a => new BudgetCellKey(a.BudgetId, a.PeriodType, a.PeriodStart), token);
        var shares = (await db.Set<Budget>().AsNoTracking().Where(b => b.ParentId != null && ids.Contains(b.ParentId.Value)).OrderBy(b => b.Name).ThenBy(b => b.Id)
            .Select(b => new BudgetShare(b.ParentId!.Value, b.Id, b.Name, b.TotalQuota)).ToListAsync(token)).ToLookup(share => share.ParentId);
        var parentIds = budgets.Select(b => b.ParentId).OfType<Guid>().Distinct().ToArray();
        var parents = parentIds.Length == 0 ? [] : await db.Set<Budget>().AsNoTracking().Where(b => parentIds.Contains(b.Id)).ToDictionaryAsync(b => b.Id, b => b.Name, token);
        return
        [
            .. budgets.Select(budget => new BudgetReading(budget, [.. BudgetLine.Of(budget).Select(line => Read(line, calendar, now, amounts))])
            {
                Shares = [.. shares[budget.Id]],
                ParentName = budget.ParentId is { } parent ? parents.GetValueOrDefault(parent) : null,
            }),
        ];
    }

    private BudgetLineReading Read(BudgetLine line, OrganizationCalendar calendar, DateTimeOffset now, Dictionary<BudgetCellKey, BudgetAmount> amounts)
    {
        var key = new BudgetCellKey(line.BudgetId, line.PeriodType, calendar.PeriodOf(line.PeriodType, now).Start);
        var seed = amounts.TryGetValue(key, out var amount) ? new BudgetSeed(key, amount.Spent, amount.Unknown, amount.Version) : (BudgetSeed?)null;
        return new BudgetLineReading(line, book.Read(line, calendar, now, seed) with { Limit = line.Limit });
    }
}

using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>Which requests to list; null members do not filter.</summary>
/// <param name="BudgetId">Of one budget.</param>
/// <param name="Status">In one state.</param>
/// <param name="UserId">Of one person.</param>
public sealed record BudgetRequestFilter(Guid? BudgetId = null, BudgetRequestStatus? Status = null, Guid? UserId = null);

/// <summary>A request with the name of its budget.</summary>
public sealed record OpenBudgetRequest(BudgetRequest Request, string BudgetName);

/// <summary>Requests for more budget, newest first.</summary>
public sealed class BudgetRequestList(TenantDb tenants)
{
    public Task<Page<BudgetRequest>> ReadAsync(Guid organizationId, BudgetRequestFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var requests = db.Set<BudgetRequest>().AsNoTracking();
            if (filter.BudgetId is { } budget) requests = requests.Where(r => r.BudgetId == budget);
            if (filter.Status is { } status) requests = requests.Where(r => r.Status == status);
            if (filter.UserId is { } user) requests = requests.Where(r => r.UserId == user);
            if (after is { } last)
                requests = requests.Where(r => EF.Functions.LessThan(ValueTuple.Create(r.CreatedAt, r.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await requests.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id).Take(limit + 1).ToListAsync(token);
            return Page<BudgetRequest>.Of(rows, limit, request => Cursor.Of(request.CreatedAt, request.Id));
        }, token);

    /// <summary>What waits for a decision, oldest first, and how many there are in all.</summary>
    public Task<(IReadOnlyList<OpenBudgetRequest> Oldest, int Count)> OpenAsync(Guid organizationId, int most, CancellationToken token = default) =>
        tenants.ReadAsync<(IReadOnlyList<OpenBudgetRequest>, int)>(organizationId, async db =>
        {
            var open = db.Set<BudgetRequest>().AsNoTracking().Where(r => r.Status == BudgetRequestStatus.Open);
            var oldest = await open.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id).Take(most)
                .Join(db.Set<Budget>(), r => r.BudgetId, b => b.Id, (r, b) => new { Request = r, b.Name }).ToListAsync(token);
            return ([.. oldest.OrderBy(o => o.Request.CreatedAt).Select(o => new OpenBudgetRequest(o.Request, o.Name))], await open.CountAsync(token));
        }, token);
}

using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Allocations;

/// <summary>Which budgets a budget can be allocated from.</summary>
public sealed class ParentChoices(TenantDb tenants)
{
    private const int Most = 100;

    /// <summary>Budgets of a period and unit over the scope or what is around it, by name, without <paramref name="except"/>.</summary>
    public Task<IReadOnlyList<(Guid Id, string Name)>> ReadAsync(
        Guid organizationId, QuotaType type, Guid scopeId, PeriodType period, CountedUnit unit, Guid? except, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<(Guid, string)>>(organizationId, async db =>
        {
            var around = (await ScopeChain.ReadAsync(db, organizationId, type, scopeId, token)).Select(part => part.Id).ToArray();
            var found = await db.Set<Budget>().AsNoTracking().Where(b => around.Contains(b.ScopeId) && b.PeriodType == period && b.Unit == unit && b.Id != except)
                .OrderBy(b => b.Name).ThenBy(b => b.Id).Take(Most).Select(b => new { b.Id, b.Name }).ToListAsync(token);
            return [.. found.Select(b => (b.Id, b.Name))];
        }, token);
}

using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>A process that serves calls, or did, as an organization sees it.</summary>
/// <param name="Id">The uuid of its journal.</param>
/// <param name="Name"><c>Portal:Node</c>.</param>
/// <param name="StartedAt">UTC, by the database's clock.</param>
/// <param name="SeenAt">UTC, by the database's clock.</param>
/// <param name="WrittenOffAt">Since when a person has given it up.</param>
/// <param name="Alive">It was heard of within the length of a lease.</param>
/// <param name="Leases">Budget periods of the organization of which it holds something.</param>
/// <param name="LeasedUsd">What it holds of the organization's budgets over dollars.</param>
/// <param name="UnknownUsd">What of that was written off and counts as unknown.</param>
public sealed record NodeReading(
    Guid Id, string Name, DateTimeOffset StartedAt, DateTimeOffset SeenAt, DateTimeOffset? WrittenOffAt, bool Alive, int Leases, decimal LeasedUsd, decimal UnknownUsd);

/// <summary>The nodes, the ones last seen first.</summary>
public sealed class NodeList(TenantDb tenants, LeaseOptions options)
{
    public Task<IReadOnlyList<NodeReading>> ReadAsync(Guid organizationId, CancellationToken token = default) => tenants.ReadAsync<IReadOnlyList<NodeReading>>(
        organizationId, async db => await db.Database.SqlQuery<NodeReading>($"""
            SELECT n.id AS "Id", n.name AS "Name", n.started_at AS "StartedAt", n.seen_at AS "SeenAt", n.written_off_at AS "WrittenOffAt",
              n.written_off_at IS NULL AND n.seen_at > clock_timestamp() - {options.Length}::interval AS "Alive",
              (count(l.*) FILTER (WHERE l.granted > 0))::int AS "Leases",
              coalesce(sum(l.granted) FILTER (WHERE l.written_off_at IS NULL AND b.unit = 'usd'), 0) AS "LeasedUsd",
              coalesce(sum(l.granted) FILTER (WHERE l.written_off_at IS NOT NULL AND b.unit = 'usd'), 0) AS "UnknownUsd"
            FROM nodes n LEFT JOIN budget_leases l ON l.node_id = n.id AND l.organization_id = {organizationId} LEFT JOIN budgets b ON b.id = l.budget_id
            GROUP BY n.id ORDER BY n.seen_at DESC, n.id
            """).ToListAsync(token), token);
}

/// <summary>A node's slice of one budget limit in one period.</summary>
public sealed record LeaseReading(
    Guid BudgetId, string BudgetName, PeriodType PeriodType, DateTimeOffset PeriodStart, Guid NodeId, decimal Granted, DateTimeOffset UpdatedAt, DateTimeOffset? WrittenOffAt);

/// <summary>Who holds what of an organization's budgets; slices of nothing are left out.</summary>
public sealed class LeaseList(TenantDb tenants)
{
    /// <param name="organizationId">Whose budgets.</param>
    /// <param name="nodeId">Of this node only.</param>
    /// <param name="budgetId">Of this budget only.</param>
    /// <param name="token">Ends the read.</param>
    public Task<IReadOnlyList<LeaseReading>> ReadAsync(Guid organizationId, Guid? nodeId = null, Guid? budgetId = null, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<LeaseReading>>(organizationId, async db => await (
            from lease in db.Set<BudgetLease>().AsNoTracking()
            join budget in db.Set<Budget>() on lease.BudgetId equals budget.Id
            where lease.OrganizationId == organizationId && lease.Granted > 0
                && (nodeId == null || lease.NodeId == nodeId) && (budgetId == null || lease.BudgetId == budgetId)
            orderby lease.Granted descending, lease.BudgetId
            select new LeaseReading(budget.Id, budget.Name, lease.PeriodType, lease.PeriodStart, lease.NodeId, lease.Granted, lease.UpdatedAt, lease.WrittenOffAt))
            .Take(1_000).ToListAsync(token), token);
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>What was given up.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="UnknownUsd">Leased until now of budgets over dollars, counted as unknown from here on.</param>
public sealed record NodeWriteOff(Guid NodeId, decimal UnknownUsd);

/// <summary>
/// Gives up a node that does not come back: what it had leased of the organization's budgets counts as unknown, because nobody
/// knows how much of it was spent. Should its journal be found after all, draining it puts the true amounts in place.
/// </summary>
public sealed class WriteOffNode(ChangeGate gate, LeaseOptions options)
{
    public Task<Outcome<NodeWriteOff>> RunAsync(Actor actor, Guid organizationId, Guid nodeId, CancellationToken token = default) =>
        gate.RunAsync<NodeWriteOff>(actor, organizationId, Permission.ManageOrganization, "node.write_off", async scope =>
        {
            var node = await scope.Db.Set<PortalNode>().AsNoTracking().SingleOrDefaultAsync(n => n.Id == nodeId, token);
            if (node is null) return Refusal.Missing("node");
            // Once the lease's length has passed, it admits nothing: its own clock stopped it before.
            var given = await scope.Db.Database.ExecuteSqlAsync($"""
                UPDATE nodes SET written_off_at = coalesce(written_off_at, clock_timestamp())
                WHERE id = {nodeId} AND seen_at < clock_timestamp() - {options.Length}::interval
                """, token);
            if (given == 0) return Refusal.Conflict("node_alive", $"{node.Name} was heard of within the last {options.Length.TotalSeconds:0} seconds. Stop it first.");
            var unknown = (await scope.Db.Database.SqlQuery<decimal>($"SELECT budget_write_off({nodeId}, {organizationId}) AS \"Value\"").ToListAsync(token))[0];
            scope.Audit(new AuditNote("node.write_off", "node", nodeId, node.Name, After: new { UnknownUsd = unknown }));
            return new NodeWriteOff(nodeId, unknown);
        }, token);
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Routing.Routes;

/// <summary>Removes a route; its models go the way of the next route that matches, or of the accounts' own priorities.</summary>
public sealed class RemoveRoute(ChangeGate gate)
{
    public Task<Outcome<ModelRoute>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<ModelRoute>(actor, organizationId, Permission.ManageProviders, "route.delete", async scope =>
        {
            var row = await scope.Db.Set<ModelRoute>().SingleOrDefaultAsync(route => route.Id == id, token);
            if (row is null) return Refusal.Missing("route");
            scope.Db.Remove(row);
            scope.Audit(new AuditNote("route.delete", "route", row.Id, row.Name, RouteDraft.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Routing.Routes;

/// <summary>Changes a route; calls made from now on follow it.</summary>
public sealed class ChangeRoute(ChangeGate gate)
{
    public Task<Outcome<ModelRoute>> RunAsync(Actor actor, Guid organizationId, Guid id, RouteDraft draft, CancellationToken token = default) =>
        gate.RunAsync<ModelRoute>(actor, organizationId, Permission.ManageProviders, "route.update", async scope =>
        {
            var row = await scope.Db.Set<ModelRoute>().SingleOrDefaultAsync(route => route.Id == id, token);
            if (row is null) return Refusal.Missing("route");
            if (draft.Check() is { } refusal) return refusal;
            if (await draft.CheckRowsAsync(scope.Db, row, token) is { } conflict) return conflict;
            var before = RouteDraft.Of(row);
            draft.WriteTo(row);
            scope.Audit(new AuditNote("route.update", "route", row.Id, row.Name, before, RouteDraft.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Core.Routing.Routes;

/// <summary>Makes a route; calls made from now on follow it.</summary>
public sealed class CreateRoute(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<ModelRoute>> RunAsync(Actor actor, Guid organizationId, RouteDraft draft, CancellationToken token = default) =>
        gate.RunAsync<ModelRoute>(actor, organizationId, Permission.ManageProviders, "route.create", async scope =>
        {
            if (draft.Check() is { } refusal) return refusal;
            if (await draft.CheckRowsAsync(scope.Db, null, token) is { } conflict) return conflict;
            var row = new ModelRoute { Id = Ids.New(clock), OrganizationId = organizationId, Name = draft.Name, Model = draft.Model };
            draft.WriteTo(row);
            scope.Db.Add(row);
            scope.Audit(new AuditNote("route.create", "route", row.Id, row.Name, After: RouteDraft.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
}

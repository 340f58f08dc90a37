using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Access;

/// <summary>Told after a committed change that the gateway's configuration is stale.</summary>
public interface IConfigurationListener
{
    /// <summary>Returns when calls made from now on see the change.</summary>
    Task ChangedAsync(CancellationToken token);
}

/// <summary>
/// The one gate for every change: authorize by the permission table, validate, change, audit row, in one transaction.
/// A refusal leaves nothing behind; a denial leaves an audit row. A change that a policy lets nobody make alone is taken back and asked for.
/// </summary>
public sealed class ChangeGate(TenantDb tenants, IConfigurationListener listener, IApprovalDesk approvals, TimeProvider clock)
{
    /// <param name="intent">Action and subject type for the audit row of a denial, as <c>key.create</c>.</param>
    public Task<Outcome<T>> RunAsync<T>(Actor actor, Guid organizationId, Permission permission, string intent,
        Func<ChangeScope, Task<Outcome<T>>> change, CancellationToken token = default) =>
        RunAsync(actor, organizationId, permission, intent, change, () => tenants.OpenAsync(organizationId, actor.PlacesFor(permission, organizationId), token), token);

    /// <summary>The same for a change that adds entries to the ledger: its transaction has the role that may.</summary>
    public Task<Outcome<T>> RunForLedgerAsync<T>(Actor actor, Guid organizationId, Permission permission, string intent,
        Func<ChangeScope, Task<Outcome<T>>> change, CancellationToken token = default) =>
        RunAsync(actor, organizationId, permission, intent, change, () => tenants.OpenForLedgerAsync(organizationId, token), token);

    private async Task<Outcome<T>> RunAsync<T>(Actor actor, Guid organizationId, Permission permission, string intent,
        Func<ChangeScope, Task<Outcome<T>>> change, Func<Task<TenantTransaction>> open, CancellationToken token)
    {
        if (actor.RoleIn(organizationId) is null) return Refusal.Missing("organization");
        if (!actor.May(permission, organizationId))
        {
            await DenyAsync(actor, organizationId, intent, token);
            return Refusal.Denied($"Your role does not allow {intent}.");
        }

        Outcome<T> outcome;
        IApprovalDemand? demand = null;
        var scope = new ChangeScope(await open(), actor);
        await using (scope.Transaction)
        {
            try
            {
                outcome = await change(scope);
                if (outcome.Refusal is null)
                {
                    demand = await approvals.DemandAsync(scope, token);
                    if (demand is null) return await CommitAsync(scope, actor, intent, outcome, token);
                }
            }
            catch (DbUpdateException fault) when (scope.Places is not null && fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege })
            {
                // The walls of his part of the organization: what he made or moved would lie beyond them.
                return new Refusal(RefusalKind.Invalid, "outside_scope", "This would lie outside the part of the organization that your role is for: name a team or project of yours.");
            }
        }

        if (demand is not null) return await AskAsync<T>(actor, organizationId, permission, intent, demand, token);

        // What only the use case can tell, as a role above the actor's own, is a denial too.
        if (outcome.Refusal!.Kind == RefusalKind.Forbidden) await DenyAsync(actor, organizationId, intent, token);
        return outcome;
    }

    private async Task<Outcome<T>> CommitAsync<T>(ChangeScope scope, Actor actor, string intent, Outcome<T> outcome, CancellationToken token)
    {
        if (scope.Notes.Count == 0) throw new InvalidOperationException($"The change {intent} wrote no audit row.");
        await scope.Db.SaveChangesAsync(token);
        await AuditTrail.AppendAsync(scope.Transaction, scope.Notes, actor.Id, actor.Name, actor.ClientIp, true, clock, token);
        await scope.Db.SaveChangesAsync(token);
        if (scope.TouchesGateway) await Notifications.AnnounceConfigurationAsync(scope.Db, token);
        await scope.Transaction.CommitAsync(token);
        foreach (var action in scope.Afterwards) action();
        // The change stands: a caller who leaves now must not keep the gateway from hearing of it.
        if (scope.TouchesGateway) await listener.ChangedAsync(CancellationToken.None);
        return outcome;
    }

    /// <summary>All that the change did is taken back by now; what stays is the request.</summary>
    private async Task<Outcome<T>> AskAsync<T>(Actor actor, Guid organizationId, Permission permission, string intent, IApprovalDemand demand, CancellationToken token)
    {
        var scope = new ChangeScope(await tenants.OpenAsync(organizationId, actor.PlacesFor(permission, organizationId), token), actor);
        await using (scope.Transaction)
        {
            var answer = await demand.AskAsync(scope, token);
            if (scope.Notes.Count > 0) await CommitAsync<T>(scope, actor, intent, answer, token);
            return answer;
        }
    }

    private async Task DenyAsync(Actor actor, Guid organizationId, string intent, CancellationToken token)
    {
        await using var transaction = await tenants.OpenAsync(organizationId, token);
        var note = new AuditNote(intent, intent.Split('.')[0], null, null);
        await AuditTrail.AppendAsync(transaction, note, actor.Id, actor.Name, actor.ClientIp, false, clock, token);
        await transaction.CommitAsync(token);
    }
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Alerts;

/// <summary>Marks an alert as read or resolved; done twice it stays as it was the first time.</summary>
public sealed class MarkAlert(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<Alert>> ReadAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        RunAsync(actor, organizationId, id, "alert.read", alert =>
        {
            if (alert.ReadAt is not null) return;
            (alert.ReadAt, alert.ReadBy) = (clock.GetUtcNow(), actor.Name);
        }, token);

    /// <summary>What is resolved has been read too. The occasion is not armed anew by it.</summary>
    public Task<Outcome<Alert>> ResolveAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        RunAsync(actor, organizationId, id, "alert.resolve", alert =>
        {
            var now = clock.GetUtcNow();
            if (alert.ReadAt is null) (alert.ReadAt, alert.ReadBy) = (now, actor.Name);
            if (alert.ResolvedAt is null) (alert.ResolvedAt, alert.ResolvedBy) = (now, actor.Name);
        }, token);

    /// <summary>All that are active and unread; the outcome is how many those were.</summary>
    public Task<Outcome<int>> ReadAllAsync(Actor actor, Guid organizationId, CancellationToken token = default) =>
        gate.RunAsync<int>(actor, organizationId, Permission.ManageBudgets, "alert.read_all", async scope =>
        {
            var now = clock.GetUtcNow();
            var read = await scope.Db.Set<Alert>().Where(a => a.ResolvedAt == null && a.ReadAt == null)
                .ExecuteUpdateAsync(alert => alert.SetProperty(a => a.ReadAt, now).SetProperty(a => a.ReadBy, actor.Name).SetProperty(a => a.UpdatedAt, now), token);
            scope.Audit(new AuditNote("alert.read_all", "alert", null, null, After: new { Count = read }));
            await Notifications.SignalAsync(scope.Db, AlertBook.Topic(organizationId), token);
            return read;
        }, token);

    private Task<Outcome<Alert>> RunAsync(Actor actor, Guid organizationId, Guid id, string intent, Action<Alert> mark, CancellationToken token) =>
        gate.RunAsync<Alert>(actor, organizationId, Permission.ManageBudgets, intent, async scope =>
        {
            var alert = await scope.Db.Set<Alert>().SingleOrDefaultAsync(a => a.Id == id, token);
            if (alert is null) return Refusal.Missing("alert");
            mark(alert);
            scope.Audit(new AuditNote(intent, "alert", alert.Id, alert.Title));
            await Notifications.SignalAsync(scope.Db, AlertBook.Topic(organizationId), token);
            return alert;
        }, token);
}

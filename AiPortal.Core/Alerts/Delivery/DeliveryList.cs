using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>A delivery with the title of its alert.</summary>
public sealed record DeliveryLine(AlertDelivery Delivery, string Title);

/// <summary>An organization's receivers and deliveries, newest first.</summary>
public sealed class DeliveryList(TenantDb tenants)
{
    public Task<Page<DeliveryLine>> ReadAsync(Guid organizationId, DeliveryStatus? status, Guid? alertId, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var deliveries = db.Set<AlertDelivery>().AsNoTracking();
            if (status is { } wanted) deliveries = deliveries.Where(d => d.Status == wanted);
            if (alertId is { } alert) deliveries = deliveries.Where(d => d.AlertId == alert);
            if (after is { } last)
                deliveries = deliveries.Where(d => EF.Functions.LessThan(ValueTuple.Create(d.CreatedAt, d.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await deliveries.OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).Take(limit + 1)
                .Select(d => new DeliveryLine(d, db.Set<Alert>().Where(a => a.Id == d.AlertId).Select(a => a.Title).FirstOrDefault() ?? "")).ToListAsync(token);
            return Page<DeliveryLine>.Of(rows, limit, line => Cursor.Of(line.Delivery.CreatedAt, line.Delivery.Id));
        }, token);

    /// <summary>Null where nothing has been set yet.</summary>
    public Task<AlertChannels?> ChannelsAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<AlertChannels>().AsNoTracking().SingleOrDefaultAsync(token), token);
}

/// <summary>Sends a delivery that was given up once more, under the same event id.</summary>
public sealed class ReplayDelivery(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<DeliveryLine>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<DeliveryLine>(actor, organizationId, Permission.ManageBudgets, "delivery.replay", async scope =>
        {
            var delivery = await scope.Db.Set<AlertDelivery>().SingleOrDefaultAsync(d => d.Id == id, token);
            if (delivery is null) return Refusal.Missing("delivery");
            if (delivery.Status != DeliveryStatus.Dead) return Refusal.Conflict("not_dead", "Only a delivery that was given up is sent again.");
            (delivery.Status, delivery.Attempts, delivery.DueAt, delivery.Claim) = (DeliveryStatus.Pending, 0, clock.GetUtcNow(), null);
            var title = await scope.Db.Set<Alert>().Where(a => a.Id == delivery.AlertId).Select(a => a.Title).SingleOrDefaultAsync(token) ?? "";
            scope.Audit(new AuditNote("delivery.replay", "delivery", delivery.Id, title));
            return new DeliveryLine(delivery, title);
        }, token);
}

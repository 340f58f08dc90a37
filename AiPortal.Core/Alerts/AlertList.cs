using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Alerts;

/// <summary>Whether somebody has dealt with an alert.</summary>
public enum AlertStatus { Active, Resolved }

/// <summary>Which alerts to list; null members do not filter.</summary>
public sealed record AlertFilter
{
    public AlertStatus? Status { get; init; }

    public AlertType? Type { get; init; }

    public AlertSeverity? Severity { get; init; }

    public bool? Read { get; init; }

    public Guid? BudgetId { get; init; }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>An organization's alerts, newest first.</summary>
public sealed class AlertList(TenantDb tenants)
{
    public Task<Page<Alert>> ReadAsync(Guid organizationId, AlertFilter filter, int limit = Cursor.DefaultLimit,
        (DateTimeOffset At, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var alerts = Narrow(db.Set<Alert>().AsNoTracking(), filter);
            if (after is { } last)
                alerts = alerts.Where(a => EF.Functions.LessThan(ValueTuple.Create(a.CreatedAt, a.Id), ValueTuple.Create(last.At, last.Id)));
            var rows = await alerts.OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id).Take(limit + 1).ToListAsync(token);
            return Page<Alert>.Of(rows, limit, alert => Cursor.Of(alert.CreatedAt, alert.Id));
        }, token);

    /// <summary>A stretch of the list and how long it is in all, for a table that is scrolled.</summary>
    public Task<(IReadOnlyList<Alert> Rows, int Total)> RowsAsync(Guid organizationId, AlertFilter filter, int skip, int take, CancellationToken token = default) =>
        tenants.ReadAsync<(IReadOnlyList<Alert>, int)>(organizationId, async db =>
        {
            var alerts = Narrow(db.Set<Alert>().AsNoTracking(), filter);
            return (await alerts.OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id).Skip(skip).Take(take).ToListAsync(token), await alerts.CountAsync(token));
        }, token);

    /// <summary>Null when there is none, or it is another organization's.</summary>
    public Task<Alert?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<Alert>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, token), token);

    /// <summary>How many are not resolved.</summary>
    public Task<int> CountActiveAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<Alert>().CountAsync(a => a.ResolvedAt == null, token), token);

    private static IQueryable<Alert> Narrow(IQueryable<Alert> alerts, AlertFilter filter)
    {
        if (filter.Status is { } status) alerts = alerts.Where(a => a.ResolvedAt == null == (status == AlertStatus.Active));
        if (filter.Type is { } type) alerts = alerts.Where(a => a.Type == type);
        if (filter.Severity is { } severity) alerts = alerts.Where(a => a.Severity == severity);
        if (filter.Read is { } read) alerts = alerts.Where(a => a.ReadAt != null == read);
        if (filter.BudgetId is { } budget) alerts = alerts.Where(a => a.BudgetId == budget);
        if (filter.From is { } from) alerts = alerts.Where(a => a.CreatedAt >= from);
        if (filter.To is { } to) alerts = alerts.Where(a => a.CreatedAt < to);
        return alerts;
    }
}

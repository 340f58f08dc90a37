using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Alerts;

/// <summary>
/// Keeps alerts in step with a budget that was changed, reset or removed: thresholds that are no longer passed are armed anew and
/// their alerts resolved, and those that a lower limit now passes raise theirs.
/// </summary>
internal sealed class AlertArming(TimeProvider clock) : IBudgetFollower
{
    public async Task FollowAsync(ChangeScope scope, Budget budget, bool removed, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var connection = (NpgsqlConnection)scope.Db.Database.GetDbConnection();
        var crossed = removed ? [] : await AlertCrossings.OfBudgetAsync(connection, budget.Id, now, token);
        var standing = crossed.Select(draft => draft.Occasion).ToArray();
        await scope.Db.Database.ExecuteSqlAsync($"""
            UPDATE alerts SET rearmed_at = {now}, updated_at = {now}, resolved_by = CASE WHEN resolved_at IS NULL THEN {Cut(scope.Actor.Name)} ELSE resolved_by END,
              resolved_at = coalesce(resolved_at, {now})
            WHERE budget_id = {budget.Id} AND rearmed_at IS NULL AND (period_end IS NULL OR period_end > {now}) AND occasion <> ALL({standing})
            """, token);
        await AlertBook.RaiseAsync(connection, crossed, clock, token);
        await Notifications.SignalAsync(scope.Db, AlertBook.Topic(scope.OrganizationId), token);
    }

    private static string Cut(string name) => name.Length <= 200 ? name : name[..200];
}

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Changes an organization's name, calendar, currency, policy or what it keeps of bodies.</summary>
public sealed class ChangeOrganization(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<Organization>> RunAsync(Actor actor, Guid organizationId, OrganizationDraft draft, CancellationToken token = default) =>
        gate.RunAsync<Organization>(actor, organizationId, Permission.ManageOrganization, "organization.update", async scope =>
        {
            if (draft.Check() is { } refusal) return refusal;
            var row = await scope.Db.Set<Organization>().SingleAsync(o => o.Id == organizationId, token);
            if (await CheckTwoFactorAsync(scope, draft, token) is { } owing) return owing;
            var before = OrganizationDraft.Of(row);
            var calendar = (row.TimeZone, row.FiscalYearStart, row.WeekStart);
            draft.ApplyTo(row);
            if ((row.TimeZone, row.FiscalYearStart, row.WeekStart) != calendar) await RecountAsync(scope, row.TimeZone != calendar.TimeZone, token);
            scope.Audit(new AuditNote("organization.update", "organization", row.Id, row.Name, before, draft));
            scope.RefreshGateway();
            return row;
        }, token);

    /// <summary>Whoever asks two-factor of his own role has it himself, or he would lock himself out of what he is doing.</summary>
    private static async Task<Refusal?> CheckTwoFactorAsync(ChangeScope scope, OrganizationDraft draft, CancellationToken token)
    {
        if (scope.Actor.IsService || scope.Actor.RoleIn(scope.OrganizationId) is not { } own || !draft.TwoFactorRoles.Contains(own)) return null;
        return await scope.Db.Set<PortalUser>().AnyAsync(u => u.Id == scope.Actor.Id && u.TwoFactorEnabled, token)
            ? null
            : Refusal.Field("two_factor_roles", "Set up your own two-factor first: your role is among them.");
    }

    /// <summary>Periods begin and end elsewhere now, so that the same entries make other sums.</summary>
    private async Task RecountAsync(ChangeScope scope, bool otherDays, CancellationToken token)
    {
        // Before the budgets' lock, as ledger writers take the two.
        if (otherDays) await LedgerLocks.HoldInsertsAsync(scope.Db.Database, scope.OrganizationId, token);
        await BudgetStart.LockAsync(scope, token);
        await scope.Db.SaveChangesAsync(token);
        var budgets = await scope.Db.Set<Budget>().AsNoTracking().ToListAsync(token);
        await BudgetStart.RecountAsync(scope, budgets.SelectMany(BudgetLine.Of), clock.GetUtcNow(), token);
        if (otherDays) await UsageDays.RecountAsync(scope.Db, scope.OrganizationId, token);
    }
}

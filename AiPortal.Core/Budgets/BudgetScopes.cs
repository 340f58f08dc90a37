using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>What a budget can be over.</summary>
internal static class BudgetScopes
{
    /// <summary>The column of the ledger that holds a scope's id.</summary>
    public static string LedgerColumn(QuotaType type) => type switch
    {
        QuotaType.Organization => "organization_id",
        QuotaType.Department => "department_id",
        QuotaType.Team => "team_id",
        QuotaType.Project => "project_id",
        QuotaType.CostCenter => "cost_center_id",
        QuotaType.Environment => "environment_id",
        QuotaType.User => "user_id",
        QuotaType.Key => "key_id",
    };

    /// <summary>Whether the scope is a live part of the organization whose context this is.</summary>
    public static async Task<bool> ExistsAsync(PortalDb db, QuotaType type, Guid id, CancellationToken token) => type switch
    {
        QuotaType.Organization => id == db.OrganizationId,
        QuotaType.Department => await LiveAsync<Department>(db, id, token),
        QuotaType.Team => await LiveAsync<Team>(db, id, token),
        QuotaType.Project => await LiveAsync<Project>(db, id, token),
        QuotaType.CostCenter => await LiveAsync<CostCenter>(db, id, token),
        QuotaType.Environment => await LiveAsync<DeploymentEnvironment>(db, id, token),
        QuotaType.User => await db.Set<Membership>().AnyAsync(m => m.UserId == id, token),
        QuotaType.Key => await db.Set<ApiKey>().AnyAsync(k => k.Id == id && k.DeletedAt == null, token)
            || db.Set<ApiKey>().Local.Any(k => k.Id == id && k.DeletedAt == null),
    };

    private static Task<bool> LiveAsync<TRow>(PortalDb db, Guid id, CancellationToken token) where TRow : StructureRow =>
        db.Set<TRow>().AnyAsync(row => row.Id == id && row.DeletedAt == null, token);
}

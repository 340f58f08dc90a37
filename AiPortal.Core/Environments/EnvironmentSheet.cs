using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Environments;

/// <summary>An environment and how much is of it alone.</summary>
/// <param name="Keys">Not revoked.</param>
/// <param name="Accounts">That serve its keys and no others.</param>
public sealed record EnvironmentLine(Guid Id, string Name, int Keys, int Accounts, int Budgets, int Policies);

/// <summary>The environments of an organization by name.</summary>
public sealed class EnvironmentSheet(TenantDb tenants)
{
    private const int Most = 200;

    public Task<IReadOnlyList<EnvironmentLine>> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<EnvironmentLine>>(organizationId, async db => await db.Set<DeploymentEnvironment>().AsNoTracking()
            .Where(e => e.DeletedAt == null).OrderBy(e => e.Name).Take(Most).Select(e => new EnvironmentLine(
                e.Id,
                e.Name,
                db.Set<ApiKey>().Count(k => k.EnvironmentId == e.Id && k.DeletedAt == null && k.Status != KeyStatus.Revoked),
                db.Set<ProviderAccount>().Count(p => p.EnvironmentId == e.Id && p.DeletedAt == null),
                db.Set<Budget>().Count(b => b.QuotaType == QuotaType.Environment && b.ScopeId == e.Id),
                db.Set<ApprovalPolicy>().Count(p => p.EnvironmentId == e.Id))).ToListAsync(token), token);
}

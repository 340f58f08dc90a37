using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals.Policies;

/// <summary>A policy with the name of its environment.</summary>
public sealed record PolicyLine(ApprovalPolicy Policy, string? Environment);

/// <summary>The policies of an organization; there are few.</summary>
public sealed class PolicyList(TenantDb tenants, IEnumerable<ApprovalKind> kinds)
{
    /// <summary>What policies can be about.</summary>
    public IReadOnlyList<ApprovalKind> Kinds { get; } = [.. kinds.OrderBy(kind => kind.Name, StringComparer.Ordinal)];

    /// <summary>By kind, then amount.</summary>
    public Task<IReadOnlyList<PolicyLine>> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<PolicyLine>>(organizationId, async db =>
        {
            var policies = await db.Set<ApprovalPolicy>().AsNoTracking().OrderBy(p => p.Kind).ThenBy(p => p.AboveAmount).ThenBy(p => p.Id).ToListAsync(token);
            var names = await db.Set<DeploymentEnvironment>().AsNoTracking().ToDictionaryAsync(e => e.Id, e => e.Name, token);
            return [.. policies.Select(policy => new PolicyLine(policy, policy.EnvironmentId is { } id ? names.GetValueOrDefault(id) : null))];
        }, token);

    /// <summary>The environments that a policy can name.</summary>
    public Task<IReadOnlyList<(Guid Id, string Name)>> EnvironmentsAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<(Guid, string)>>(organizationId, async db =>
        [
            .. (await db.Set<DeploymentEnvironment>().AsNoTracking().Where(e => e.DeletedAt == null).OrderBy(e => e.Name).Select(e => new { e.Id, e.Name }).ToListAsync(token))
                .Select(e => (e.Id, e.Name)),
        ], token);
}

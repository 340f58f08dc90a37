using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>How far an organization is on its way to the first call. <c>Model</c> is one that an enabled account serves by name, null when none names any.</summary>
public sealed record FirstSteps(bool HasProvider, bool HasKey, bool HasCall, string? ProviderKind, string? Model);

/// <summary>Reads <see cref="FirstSteps"/>.</summary>
public sealed class FirstStepReads(TenantDb tenants)
{
    public Task<FirstSteps> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var account = await db.Set<ProviderAccount>().AsNoTracking().Where(p => p.Enabled && p.DeletedAt == null)
                .OrderBy(p => p.Priority).ThenBy(p => p.CreatedAt).FirstOrDefaultAsync(token);
            return new FirstSteps(
                account is not null,
                await db.Set<ApiKey>().AnyAsync(k => k.Status == KeyStatus.Active && k.DeletedAt == null, token),
                await db.Set<CallLogRow>().AnyAsync(token) || await db.Set<UsageRollup>().AnyAsync(token),
                account?.Kind,
                account?.ModelMap.Keys.FirstOrDefault() ?? account?.Models?.FirstOrDefault());
        }, token);
}

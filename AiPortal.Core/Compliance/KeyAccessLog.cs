using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Compliance;

/// <summary>Who used which key from where, read from the call log when somebody asks: nothing is written for it while calls are made.</summary>
public sealed class KeyAccessLog(TenantDb tenants, TimeProvider clock)
{
    /// <summary>The most calls that are looked at, newest first.</summary>
    public const int MostCalls = 20_000;

    public const int Days = 30;

    /// <summary>The keys of the organization's newest calls, those with something unusual first.</summary>
    public Task<IReadOnlyList<KeyAccess>> ReadAsync(Guid organizationId, CancellationToken token = default) => ReadAsync(organizationId, null, token);

    /// <summary>One key; null where there is none.</summary>
    public async Task<KeyAccess?> FindAsync(Guid organizationId, Guid keyId, CancellationToken token = default)
    {
        var found = await ReadAsync(organizationId, keyId, token);
        return found.Count == 0 ? null : found[0];
    }

    private Task<IReadOnlyList<KeyAccess>> ReadAsync(Guid organizationId, Guid? only, CancellationToken token) =>
        tenants.ReadAsync<IReadOnlyList<KeyAccess>>(organizationId, async db =>
        {
            var now = clock.GetUtcNow();
            var from = now.AddDays(-Days);
            var calls = db.Set<CallLogRow>().AsNoTracking().Where(c => c.OrganizationId == organizationId && c.StartedAt >= from && c.KeyId != null);
            if (only is { } key) calls = calls.Where(c => c.KeyId == key);
            var rows = await calls.OrderByDescending(c => c.StartedAt).Take(MostCalls)
                .Select(c => new { Key = c.KeyId!.Value, c.StartedAt, c.ClientIp, Refused = c.Status == CallStatus.Refused }).ToListAsync(token);
            var zone = TimeZoneInfo.FindSystemTimeZoneById(await db.Set<Organization>().Where(o => o.Id == organizationId).Select(o => o.TimeZone).SingleAsync(token));
            Guid[] ids = only is { } one ? [one] : [.. rows.Select(row => row.Key).Distinct()];
            var keys = await db.Set<ApiKey>().AsNoTracking().Where(k => ids.Contains(k.Id)).Select(k => new { k.Id, k.Name, k.OwnerUserId }).ToDictionaryAsync(k => k.Id, token);
            var owners = keys.Values.Select(k => k.OwnerUserId).ToArray();
            var names = await db.Set<Membership>().AsNoTracking().Where(m => owners.Contains(m.UserId)).ToDictionaryAsync(m => m.UserId, m => m.Name, token);
            var whole = rows.Count < MostCalls;
            var uses = rows.ToLookup(row => row.Key, row => new KeyUseAt(row.StartedAt, row.ClientIp, row.Refused));
            return
            [
                .. ids.Where(keys.ContainsKey).Select(id => Of(id, keys[id].Name, keys[id].OwnerUserId is { } owner ? names.GetValueOrDefault(owner) : null, [.. uses[id]], zone, now, whole))
                    .OrderByDescending(access => access.IsUnusual).ThenByDescending(access => access.LastAt),
            ];
        }, token);

    private static KeyAccess Of(Guid id, string name, string? owner, IReadOnlyList<KeyUseAt> uses, TimeZoneInfo zone, DateTimeOffset now, bool whole)
    {
        var (hours, unusual) = KeyHabits.Hours(uses, zone, now);
        return new KeyAccess(id, name, owner, uses.Count, uses.Count == 0 ? null : uses[^1].At, uses.Count == 0 ? null : uses[0].At, whole, KeyHabits.Places(uses, now), hours, unusual);
    }
}

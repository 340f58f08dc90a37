using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys.Requests;

/// <summary>A person's keys and what he has asked for.</summary>
/// <param name="Keys">Those he answers for, newest first.</param>
/// <param name="Requests">His requests for keys that have led to none, newest first.</param>
public sealed record OwnKeysReading(IReadOnlyList<KeyListing> Keys, IReadOnlyList<Approval> Requests);

/// <summary>What a person has, whatever his role lets him see of others'.</summary>
public sealed class OwnKeys(TenantDb tenants, IKeyBudgets budgets)
{
    /// <summary>Of each at most so many are read.</summary>
    public const int Most = 100;

    public Task<OwnKeysReading> ReadAsync(Guid organizationId, Guid userId, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db =>
    {
        var keys = await db.Set<ApiKey>().AsNoTracking().Where(k => k.OwnerUserId == userId && k.DeletedAt == null)
            .OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Take(Most).ToListAsync(token);
        var terms = await budgets.ReadAsync(db, [.. keys.Select(key => key.Id)], token);
        var requests = await db.Set<Approval>().AsNoTracking().Where(a => a.RequestedBy == userId && a.Action == AskForKey.Action && a.Status != ApprovalStatus.Approved)
            .OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id).Take(Most).ToListAsync(token);
        return new OwnKeysReading([.. keys.Select(key => new KeyListing(key, terms.GetValueOrDefault(key.Id)))], requests);
    }, token);
}

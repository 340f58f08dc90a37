using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Ids to names, deleted things included, so that history keeps its names.</summary>
public sealed class NameBook(TenantDb tenants)
{
    public Task<IReadOnlyDictionary<Guid, string>> ReadAsync(Guid organizationId, Dimension dimension, IReadOnlyCollection<Guid> ids, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => ReadAsync(db, dimension, ids, token), token);

    /// <summary>Ids that name nothing are left out; dimensions that are names themselves give none.</summary>
    internal static async Task<IReadOnlyDictionary<Guid, string>> ReadAsync(PortalDb db, Dimension dimension, IReadOnlyCollection<Guid> ids, CancellationToken token)
    {
        if (ids.Count == 0) return new Dictionary<Guid, string>();
        return dimension switch
        {
            Dimension.Department => await PartsAsync<Department>(db, ids, token),
            Dimension.Team => await PartsAsync<Team>(db, ids, token),
            Dimension.Project => await PartsAsync<Project>(db, ids, token),
            Dimension.CostCenter => await PartsAsync<CostCenter>(db, ids, token),
            Dimension.Environment => await PartsAsync<DeploymentEnvironment>(db, ids, token),
            Dimension.User => await UsersAsync(db, ids, token),
            Dimension.Key => await db.Set<ApiKey>().AsNoTracking().Where(k => ids.Contains(k.Id)).ToDictionaryAsync(k => k.Id, k => k.Name, token),
            Dimension.Provider => await db.Set<ProviderAccount>().AsNoTracking().Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, token),
            Dimension.Model or Dimension.RequestType or Dimension.CostType => new Dictionary<Guid, string>(),
        };
    }

    private static async Task<IReadOnlyDictionary<Guid, string>> PartsAsync<TRow>(PortalDb db, IReadOnlyCollection<Guid> ids, CancellationToken token)
        where TRow : StructureRow =>
        await db.Set<TRow>().AsNoTracking().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Name, token);

    private static async Task<IReadOnlyDictionary<Guid, string>> UsersAsync(PortalDb db, IReadOnlyCollection<Guid> ids, CancellationToken token)
    {
        var names = await db.Set<Membership>().AsNoTracking().Where(m => ids.Contains(m.UserId)).ToDictionaryAsync(m => m.UserId, m => m.Name, token);
        var others = ids.Where(id => !names.ContainsKey(id)).ToArray();
        if (others.Length > 0)
        {
            foreach (var user in await db.Set<PortalUser>().AsNoTracking().Where(u => others.Contains(u.Id)).Select(u => new { u.Id, u.Name }).ToListAsync(token))
                names[user.Id] = user.Name;
        }

        return names;
    }
}

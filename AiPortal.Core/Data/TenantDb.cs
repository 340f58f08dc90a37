using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AiPortal.Core.Data;

/// <summary>
/// Opens the database for one organization; the only way pages and endpoints reach tenant rows. Whose role is for a part of the
/// organization sees that part only: the database's own walls hold it, whatever is asked.
/// </summary>
public sealed class TenantDb
{
    private readonly PortalDatabase _database;
    private readonly ISight? _sight;

    /// <summary>For the portal's own work, and for the gate, which says itself how far a change may see.</summary>
    public TenantDb(PortalDatabase database) => _database = database;

    /// <summary>For whoever reads.</summary>
    public TenantDb(PortalDatabase database, ISight sight) => (_database, _sight) = (database, sight);

    /// <summary>Whether the reader sees all of the organization: figures that are not in the database have no walls.</summary>
    public bool SeesAll(Guid organizationId) => _sight?.In(organizationId) is null;

    /// <summary>A transaction confined to <paramref name="organizationId"/>. Disposed without commit, it changes nothing.</summary>
    public Task<TenantTransaction> OpenAsync(Guid organizationId, CancellationToken token = default) => OpenAsync(organizationId, _sight?.In(organizationId), token);

    /// <summary>The same for who sees <paramref name="places"/> of it; null: all.</summary>
    internal Task<TenantTransaction> OpenAsync(Guid organizationId, Places? places, CancellationToken token) =>
        OpenAsync(_database.OpenApp(organizationId), organizationId, places, token);

    /// <summary>
    /// The same under the role that writes the ledger, which <c>portal_app</c> may not: for a change that adds entries. Queries of
    /// its context are confined to the organization, but to no part of it.
    /// </summary>
    public Task<TenantTransaction> OpenForLedgerAsync(Guid organizationId, CancellationToken token = default) =>
        OpenAsync(_database.OpenSystem(organizationId), organizationId, null, token);

    private static async Task<TenantTransaction> OpenAsync(PortalDb db, Guid organizationId, Places? places, CancellationToken token)
    {
        try
        {
            var transaction = new TenantTransaction(db, await db.Database.BeginTransactionAsync(token), organizationId);
            await db.Database.ExecuteSqlAsync($"SELECT set_config('portal.org', {organizationId.ToString()}, true)", token);
            if (places is not null) await transaction.ConfineAsync(places, token);
            return transaction;
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a read confined to one organization.</summary>
    public async Task<T> ReadAsync<T>(Guid organizationId, Func<PortalDb, Task<T>> read, CancellationToken token = default)
    {
        await using var transaction = await OpenAsync(organizationId, token);
        return await read(transaction.Db);
    }
}

/// <summary>One organization's transaction and its context.</summary>
public sealed class TenantTransaction(PortalDb db, IDbContextTransaction transaction, Guid organizationId) : IAsyncDisposable
{
    public PortalDb Db { get; } = db;

    public Guid OrganizationId { get; } = organizationId;

    /// <summary>Which parts of the organization are seen; null: all.</summary>
    internal Places? Places { get; private set; }

    /// <summary>Shows from here on these parts of the organization only; null: all of it.</summary>
    internal async Task ConfineAsync(Places? places, CancellationToken token)
    {
        // What lies in a part is looked up while all is seen.
        if (Places is not null) await Db.Database.ExecuteSqlRawAsync("SELECT portal_see_all()", token);
        Places = places;
        if (places is null) return;
        var (reader, departments, teams, projects) = (places.ReaderId, places.Ids(PlaceKind.Department), places.Ids(PlaceKind.Team), places.Ids(PlaceKind.Project));
        await Db.Database.ExecuteSqlAsync($"SELECT portal_confine({reader}, {departments}, {teams}, {projects})", token);
    }

    /// <summary>Saves and commits.</summary>
    public async Task CommitAsync(CancellationToken token = default)
    {
        await Db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Db.DisposeAsync();
    }
}

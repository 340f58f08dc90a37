using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AiPortal.Core.Data;

/// <summary>Opens the database for one organization; the only way pages and endpoints reach tenant rows.</summary>
public sealed class TenantDb(PortalDatabase database)
{
    /// <summary>A transaction confined to <paramref name="organizationId"/>. Disposed without commit, it changes nothing.</summary>
    public Task<TenantTransaction> OpenAsync(Guid organizationId, CancellationToken token = default) =>
        OpenAsync(database.OpenApp(organizationId), organizationId, token);

    /// <summary>
    /// The same under the role that writes the ledger, which <c>portal_app</c> may not: for a change that adds entries. Queries of
    /// its context are confined to the organization.
    /// </summary>
    public Task<TenantTransaction> OpenForLedgerAsync(Guid organizationId, CancellationToken token = default) =>
        OpenAsync(database.OpenSystem(organizationId), organizationId, token);

    private static async Task<TenantTransaction> OpenAsync(PortalDb db, Guid organizationId, CancellationToken token)
    {
        try
        {
            var transaction = await db.Database.BeginTransactionAsync(token);
            await db.Database.ExecuteSqlAsync($"SELECT set_config('portal.org', {organizationId.ToString()}, true)", token);
            return new TenantTransaction(db, transaction, organizationId);
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

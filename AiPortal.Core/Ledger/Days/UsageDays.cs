using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Ledger.Days;

/// <summary>The days of an organization as a whole.</summary>
public static class UsageDays
{
    private static readonly string Recount =
        UsageDaySql.Insert + " " + UsageDaySql.Counted.Replace("{0}", "(SELECT * FROM usage_rollups WHERE organization_id = $1)", StringComparison.Ordinal);

    /// <summary>
    /// Makes all days of an organization anew from its rollups, because its days begin elsewhere now. Its writers wait until the
    /// transaction ends; readers see the days of before. Who also takes the budgets' lock takes <see cref="LedgerLocks.HoldInsertsAsync"/> first.
    /// </summary>
    public static async Task RecountAsync(PortalDb db, Guid organizationId, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(db);
        await LedgerLocks.HoldInsertsAsync(db.Database, organizationId, token);
        await RunAsync(db, "DELETE FROM usage_days WHERE organization_id = $1", organizationId, token);
        await RunAsync(db, Recount, organizationId, token);
    }

    private static async Task RunAsync(PortalDb db, string sql, Guid organizationId, CancellationToken token)
    {
        await using var command = LedgerBook.Command((NpgsqlConnection)db.Database.GetDbConnection(), sql, organizationId);
        // Millions of rollups take longer than a page may.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(token);
    }
}

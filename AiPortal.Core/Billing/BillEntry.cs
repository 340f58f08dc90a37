using System.Runtime.CompilerServices;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>One ledger entry of a bill with its names of today; costs are exact USD.</summary>
public sealed record BillEntry(LedgerEntry Entry, string? CostCenter, string? Team, string? Project, string? Key);

/// <summary>Streams what is behind a bill's lines.</summary>
public sealed class BillEntryReader(TenantDb tenants)
{
    /// <summary>In the order of the ledger's clock, at most <paramref name="limit"/>; the database is held while it is read.</summary>
    public async IAsyncEnumerable<BillEntry> StreamAsync(Bill bill, int limit, [EnumeratorCancellation] CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(bill);
        await using var transaction = await tenants.OpenAsync(bill.OrganizationId, token);
        var db = transaction.Db;
        var names = await BillEntries.NamesAsync(db, token);
        var keys = await db.Set<ApiKey>().ToDictionaryAsync(key => key.Id, key => key.Name, token);
        var entries = BillEntries.Of(db, bill).OrderBy(e => e.StartedAt).ThenBy(e => e.Id).Take(limit);
        await foreach (var entry in entries.AsAsyncEnumerable().WithCancellation(token))
            yield return new BillEntry(entry, Name(names.CostCenters, entry.CostCenterId), Name(names.Teams, entry.TeamId),
                Name(names.Projects, entry.ProjectId), Name(keys, entry.KeyId));
    }

    private static string? Name(IReadOnlyDictionary<Guid, string> names, Guid? id) =>
        id is { } known ? names.GetValueOrDefault(known) ?? known.ToString() : null;
}

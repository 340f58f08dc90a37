using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>What a share of a key's calls cost. <c>Id</c> and <c>Name</c> are null where they were attributed to none.</summary>
public sealed record ExposedShare(Guid? Id, string? Name, decimal Cost, long Entries);

/// <summary>
/// What a key did from a moment on: for the one who must say what a leak has cost, and whom. USD; <c>Unresolved</c> is what attempts of
/// unknown outcome may have cost beside it.
/// </summary>
public sealed record KeyExposure(
    DateTimeOffset Since, decimal Cost, decimal Unresolved, long Entries, DateTimeOffset? LastAt, IReadOnlyList<ExposedShare> Teams, IReadOnlyList<ExposedShare> Models, IReadOnlyList<string> Addresses);

/// <summary>Reads it from the ledger and the call log.</summary>
public sealed class KeyExposures(TenantDb tenants)
{
    private const int Most = 20;

    public Task<KeyExposure> ReadAsync(Guid organizationId, Guid keyId, DateTimeOffset since, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db =>
    {
        var from = since.ToUniversalTime();
        var entries = db.Set<LedgerEntry>().AsNoTracking().Where(e => e.KeyId == keyId && e.StartedAt >= from);
        var teams = await entries.GroupBy(e => e.TeamId)
            .Select(g => new { Id = g.Key, Cost = g.Sum(e => e.TotalCost), Open = g.Sum(e => e.UnresolvedCost), Count = g.LongCount(), Last = g.Max(e => e.StartedAt) }).ToListAsync(token);
        var models = await entries.GroupBy(e => e.ModelName).Select(g => new { Name = g.Key, Cost = g.Sum(e => e.TotalCost), Count = g.LongCount() })
            .OrderByDescending(g => g.Cost).Take(Most).ToListAsync(token);
        var addresses = await db.Set<CallLogRow>().AsNoTracking().Where(c => c.KeyId == keyId && c.StartedAt >= from && c.ClientIp != null)
            .GroupBy(c => c.ClientIp!).OrderByDescending(g => g.Count()).Select(g => g.Key).Take(Most).ToListAsync(token);
        var names = await NameBook.ReadAsync(db, Dimension.Team, [.. teams.Select(t => t.Id).OfType<Guid>()], token);
        return new KeyExposure(from, teams.Sum(t => t.Cost), teams.Sum(t => t.Open), teams.Sum(t => t.Count), teams.Count == 0 ? null : teams.Max(t => t.Last),
            [.. teams.OrderByDescending(t => t.Cost).Select(t => new ExposedShare(t.Id, t.Id is { } id ? names.GetValueOrDefault(id) : null, t.Cost, t.Count))],
            [.. models.Select(m => new ExposedShare(null, m.Name, m.Cost, m.Count))], addresses);
    }, token);
}

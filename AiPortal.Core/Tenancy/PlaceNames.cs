using System.Text.RegularExpressions;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Tenancy;

/// <summary>Names for the ids in a recorded change: parts of the organization and its people. Deleted ones keep theirs.</summary>
public sealed partial class PlaceNames(TenantDb tenants)
{
    private const int Most = 100;

    public Task<IReadOnlyDictionary<Guid, string>> ReadAsync(Guid organizationId, IReadOnlyCollection<Guid> ids, CancellationToken token = default) =>
        ids.Count == 0
            ? Task.FromResult<IReadOnlyDictionary<Guid, string>>(new Dictionary<Guid, string>())
            : tenants.ReadAsync<IReadOnlyDictionary<Guid, string>>(organizationId, async db =>
            {
                Guid[] wanted = [.. ids.Take(Most)];
                var rows = await Named<Department>(db, wanted).Concat(Named<Team>(db, wanted)).Concat(Named<Project>(db, wanted)).Concat(Named<CostCenter>(db, wanted))
                    .Concat(Named<DeploymentEnvironment>(db, wanted)).Concat(db.Set<Membership>().Where(m => wanted.Contains(m.UserId)).Select(m => new NamedId { Id = m.UserId, Name = m.Name }))
                    .ToListAsync(token);
                return rows.DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.Name);
            }, token);

    /// <summary>All ids that stand in some texts.</summary>
    public static IReadOnlyCollection<Guid> IdsIn(params ReadOnlySpan<string?> texts)
    {
        var ids = new HashSet<Guid>();
        foreach (var text in texts)
            foreach (Match match in Uuid().Matches(text ?? "")) ids.Add(Guid.Parse(match.Value));
        return ids;
    }

    private static IQueryable<NamedId> Named<T>(PortalDb db, Guid[] ids) where T : StructureRow =>
        db.Set<T>().Where(row => ids.Contains(row.Id)).Select(row => new NamedId { Id = row.Id, Name = row.Name });

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    private sealed class NamedId
    {
        public Guid Id { get; init; }

        public required string Name { get; init; }
    }
}

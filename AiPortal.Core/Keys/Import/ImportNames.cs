using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys.Import;

/// <summary>The organization's parts by name, in any letter case, and its members by mail address; an id names itself.</summary>
internal sealed class ImportNames
{
    private ILookup<string, Guid> _owners = Empty;
    private ILookup<string, Guid> _teams = Empty;
    private ILookup<string, Guid> _projects = Empty;
    private ILookup<string, Guid> _centers = Empty;
    private ILookup<string, Guid> _environments = Empty;

    private static ILookup<string, Guid> Empty { get; } = Array.Empty<(string, Guid)>().ToLookup(pair => pair.Item1, pair => pair.Item2);

    public static async Task<ImportNames> ReadAsync(PortalDb db, CancellationToken token) => new()
    {
        _owners = (await db.Set<Membership>().AsNoTracking().Select(m => new { Name = m.Email, Id = m.UserId }).ToListAsync(token)).ToLookup(m => m.Name, m => m.Id, StringComparer.OrdinalIgnoreCase),
        _teams = await PartsAsync<Team>(db, token),
        _projects = await PartsAsync<Project>(db, token),
        _centers = await PartsAsync<CostCenter>(db, token),
        _environments = await PartsAsync<DeploymentEnvironment>(db, token),
    };

    public Guid? Owner(string? text, FieldFaults faults) => Find(_owners, text, "owner", "No member has this address.", faults);

    public Guid? Team(string? text, FieldFaults faults) => Find(_teams, text, "team", "There is no such team.", faults);

    public Guid? Project(string? text, FieldFaults faults) => Find(_projects, text, "project", "There is no such project.", faults);

    public Guid? CostCenter(string? text, FieldFaults faults) => Find(_centers, text, "cost_center", "There is no such cost center.", faults);

    public Guid? Environment(string? text, FieldFaults faults) => Find(_environments, text, "environment", "There is no such environment.", faults);

    private static async Task<ILookup<string, Guid>> PartsAsync<TRow>(PortalDb db, CancellationToken token) where TRow : StructureRow =>
        (await db.Set<TRow>().AsNoTracking().Where(row => row.DeletedAt == null).Select(row => new { row.Name, row.Id }).ToListAsync(token))
            .ToLookup(row => row.Name, row => row.Id, StringComparer.OrdinalIgnoreCase);

    private static Guid? Find(ILookup<string, Guid> book, string? text, string field, string missing, FieldFaults faults)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (Guid.TryParse(text, out var id)) return id;
        var found = book[text.Trim()].Distinct().ToList();
        if (found.Count != 1) faults.Add(field, found.Count == 0 ? missing : "Several have this name; give the id.");
        return found.Count == 1 ? found[0] : null;
    }
}

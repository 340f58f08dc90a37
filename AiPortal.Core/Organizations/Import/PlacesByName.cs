using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations.Import;

/// <summary>The live parts of the organization by name, in any letter case; an id names itself where it is one of them.</summary>
internal sealed class PlacesByName
{
    private readonly Dictionary<PlaceKind, ILookup<string, Guid>> _names = [];
    private readonly Dictionary<PlaceKind, HashSet<Guid>> _ids = [];

    public static async Task<PlacesByName> ReadAsync(PortalDb db, CancellationToken token)
    {
        var places = new PlacesByName();
        await places.AddAsync<Department>(db, PlaceKind.Department, token);
        await places.AddAsync<Team>(db, PlaceKind.Team, token);
        await places.AddAsync<Project>(db, PlaceKind.Project, token);
        return places;
    }

    public Guid? Team(string? text, FieldFaults faults) => text is null ? null : Find(PlaceKind.Team, text, "team", faults);

    public Place? Place(PlaceKind? kind, string? text, FieldFaults faults)
    {
        if (kind is null && text is null) return null;
        if (kind is { } known && text is not null) return Find(known, text, "scope", faults) is { } id ? new Place(known, id) : null;
        faults.Add(kind is null ? "scope_type" : "scope", "scope_type and scope go together.");
        return null;
    }

    private async Task AddAsync<TRow>(PortalDb db, PlaceKind kind, CancellationToken token) where TRow : StructureRow
    {
        var rows = await db.Set<TRow>().AsNoTracking().Where(row => row.DeletedAt == null).Select(row => new { row.Id, row.Name }).ToListAsync(token);
        _names[kind] = rows.ToLookup(row => row.Name, row => row.Id, StringComparer.OrdinalIgnoreCase);
        _ids[kind] = [.. rows.Select(row => row.Id)];
    }

    private Guid? Find(PlaceKind kind, string text, string field, FieldFaults faults)
    {
        if (Guid.TryParse(text, out var id) && _ids[kind].Contains(id)) return id;
        var found = _names[kind][text].ToList();
        if (found.Count == 1) return found[0];
        faults.Add(field, found.Count == 0 ? $"There is no such {EnumWord.Of(kind)}." : "Several have this name; give the id.");
        return null;
    }
}

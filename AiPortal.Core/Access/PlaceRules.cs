using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>A role is given for a live part of the organization.</summary>
public static class PlaceRules
{
    /// <summary>Null where the place is none, the one of before, or a live part.</summary>
    public static async Task<Refusal?> CheckAsync(PortalDb db, Place? place, Place? before, CancellationToken token)
    {
        if (place is null || place == before) return null;
        var exists = place.Kind switch
        {
            PlaceKind.Department => await LiveAsync<Department>(db, place.Id, token),
            PlaceKind.Team => await LiveAsync<Team>(db, place.Id, token),
            PlaceKind.Project => await LiveAsync<Project>(db, place.Id, token),
        };
        if (exists) return null;
        const string Message = "This does not exist in the organization.";
        return new Refusal(RefusalKind.NotFound, "not_found", $"scope_id: {Message}", new Dictionary<string, string[]> { ["scope_id"] = [Message] });
    }

    private static Task<bool> LiveAsync<TRow>(PortalDb db, Guid id, CancellationToken token) where TRow : StructureRow =>
        db.Set<TRow>().AnyAsync(row => row.Id == id && row.DeletedAt == null, token);
}

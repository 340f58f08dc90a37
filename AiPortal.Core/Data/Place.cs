namespace AiPortal.Core.Data;

/// <summary>A part of an organization that a role can be given for, with all that lies in it.</summary>
public enum PlaceKind
{
    /// <summary>With the departments and teams below, and their projects.</summary>
    Department,

    /// <summary>With its members and projects.</summary>
    Team,

    Project,
}

/// <summary>One part of an organization.</summary>
public sealed record Place(PlaceKind Kind, Guid Id);

/// <summary>What of an organization somebody sees who does not see all of it: these parts and what lies in them.</summary>
/// <param name="ReaderId">Who looks; his own membership and his own requests he always sees.</param>
/// <param name="Roots">At least one.</param>
public sealed record Places(Guid ReaderId, IReadOnlyList<Place> Roots)
{
    public bool IsRoot(Guid id) => Roots.Any(root => root.Id == id);

    internal Guid[] Ids(PlaceKind kind) => [.. Roots.Where(root => root.Kind == kind).Select(root => root.Id)];
}

/// <summary>Who reads: asked anew for each transaction.</summary>
public interface ISight
{
    /// <summary>Null where all of the organization is seen.</summary>
    Places? In(Guid organizationId);
}

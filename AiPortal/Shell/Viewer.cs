using System.Security.Claims;
using AiPortal.Core.Access;
using AiPortal.Shell.Environments;

namespace AiPortal.Shell;

/// <summary>Who looks at the portal: what the shell shows of him, and the zone his times are shown in.</summary>
public sealed record Viewer(string Name, string Email, string Organization, TimeZoneInfo Zone)
{
    /// <summary>Nobody yet.</summary>
    public static Viewer None { get; } = new("", "", "", TimeZoneInfo.Utc);

    /// <summary>What he may do here, for what the shell offers him; each page asks for itself.</summary>
    public IReadOnlySet<Permission> Permissions { get; init; } = new HashSet<Permission>();

    /// <summary>The organization's, by name.</summary>
    public IReadOnlyList<ShownEnvironment> Environments { get; init; } = [];

    /// <summary>The one he has chosen to look at; null: all.</summary>
    public ShownEnvironment? Environment { get; init; }

    internal const string OrganizationClaim = "organization_name";
    internal const string TimeZoneClaim = "time_zone";

    internal static Viewer From(ClaimsPrincipal user)
    {
        var email = user.FindFirstValue(ClaimTypes.Email) ?? "";
        var name = user.FindFirstValue(ClaimTypes.Name) ?? email;
        return new Viewer(name, email, user.FindFirstValue(OrganizationClaim) ?? "", ZoneOf(user.FindFirstValue(TimeZoneClaim)));
    }

    /// <summary>With the organization, and his place in it, as they are now.</summary>
    internal Viewer In(ViewerSight sight) =>
        this with { Organization = sight.Organization, Zone = ZoneOf(sight.TimeZone), Permissions = sight.Permissions.ToHashSet(), Environments = sight.Environments };

    /// <summary>Looking at an environment; one that the organization does not have is all.</summary>
    internal Viewer At(Guid? environmentId)
    {
        var chosen = Environments.FirstOrDefault(one => one.Id == environmentId);
        // The same one is the same object: pages that look at it have nothing to read anew.
        return chosen == Environment ? this : this with { Environment = chosen };
    }

    private static TimeZoneInfo ZoneOf(string? id) => id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found) ? found : TimeZoneInfo.Utc;
}

/// <summary>What of a viewer may change while he looks: the organization, its zone, and his place in it.</summary>
internal sealed record ViewerSight(string Organization, string TimeZone, IEnumerable<Permission> Permissions, IReadOnlyList<ShownEnvironment> Environments)
{
    public static ViewerSight Of(Viewer viewer) => new(viewer.Organization, viewer.Zone.Id, viewer.Permissions, viewer.Environments);
}

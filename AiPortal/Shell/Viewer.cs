using System.Security.Claims;

namespace AiPortal.Shell;

/// <summary>Who looks at the portal: what the shell shows of him, and the zone his times are shown in.</summary>
public sealed record Viewer(string Name, string Email, string Organization, TimeZoneInfo Zone)
{
    internal const string OrganizationClaim = "organization_name";
    internal const string TimeZoneClaim = "time_zone";

    internal static Viewer From(ClaimsPrincipal user)
    {
        var email = user.FindFirstValue(ClaimTypes.Email) ?? "";
        var name = user.FindFirstValue(ClaimTypes.Name) ?? email;
        return new Viewer(name, email, user.FindFirstValue(OrganizationClaim) ?? "", ZoneOf(user.FindFirstValue(TimeZoneClaim)));
    }

    /// <summary>With the organization as it is now.</summary>
    internal Viewer In(string organization, string zone) => this with { Organization = organization, Zone = ZoneOf(zone) };

    private static TimeZoneInfo ZoneOf(string? id) => id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found) ? found : TimeZoneInfo.Utc;
}

using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using Microsoft.Extensions.Localization;

namespace AiPortal.Keys.Detail;

/// <summary>What a key belongs to and what it may do, as label and words.</summary>
internal static class KeyFacts
{
    public static IEnumerable<(string Label, string Value)> Of(KeyListing listing, IReadOnlyList<AttributedTo> names, IStringLocalizer text)
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        foreach (var name in names) yield return (Label(name.Dimension), name.Name ?? text["Gone"]);
        yield return ("Models", listing.Key.Models is { } models ? string.Join(", ", models) : text["All"]);
        if (listing.Key.IpAllow is { } allow) yield return ("IpAllow", string.Join(", ", allow));
        if (listing.Key.IpDeny is { } deny) yield return ("IpDeny", string.Join(", ", deny));
        if (listing.Key.Rpm is { } rpm) yield return ("Rpm", rpm.ToString(culture));
        if (listing.Key.Tpm is { } tpm) yield return ("Tpm", tpm.ToString(culture));
        if (listing.Key.Concurrency is { } most) yield return ("Concurrency", most.ToString(culture));
    }

    private static string Label(Dimension dimension) => dimension switch
    {
        Dimension.User => "Owner",
        Dimension.Team => "Team",
        Dimension.Project => "Project",
        Dimension.CostCenter => "CostCenter",
        Dimension.Environment => "Environment",
        _ => dimension.ToString(),
    };
}

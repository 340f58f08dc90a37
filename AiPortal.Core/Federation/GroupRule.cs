using System.Text.Json.Serialization;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Federation;

/// <summary>What being in a group of the directory gives. Of several rules that fit, the first with a role gives the role and the first with a team the team.</summary>
/// <param name="Group">The group's distinguished name.</param>
/// <param name="Role">Null: none of its own.</param>
/// <param name="TeamId">Null: none.</param>
public sealed record GroupRule(string Group, [property: JsonConverter(typeof(JsonStringEnumConverter<Role>))] Role? Role = null, Guid? TeamId = null)
{
    /// <summary>The place that somebody in these groups has. Names are compared as directories do: case and the spaces after commas do not count.</summary>
    public static (Role? Role, Guid? TeamId) PlaceOf(IEnumerable<GroupRule> rules, IEnumerable<string> groups)
    {
        var known = groups.Select(Plain).ToHashSet(StringComparer.Ordinal);
        var fitting = rules.Where(rule => known.Contains(Plain(rule.Group))).ToList();
        return (fitting.Find(rule => rule.Role is not null)?.Role, fitting.Find(rule => rule.TeamId is not null)?.TeamId);
    }

    private static string Plain(string name)
    {
        var parts = name.Split(',').Select(part => part.Trim());
        return string.Join(',', parts).ToUpperInvariant();
    }
}

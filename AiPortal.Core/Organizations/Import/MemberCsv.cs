using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Organizations.Import;

/// <summary>
/// Members as CSV. A column that is not there leaves what a member has; an empty cell is no team, no part and no limit, while an empty
/// name or role stays.
/// </summary>
public static class MemberCsv
{
    public static IReadOnlyList<string> Columns { get; } = ["email", "name", "role", "team", "scope_type", "scope", "rpm", "tpm", "concurrency"];

    public static Outcome<IReadOnlyList<MemberImportRow>> Read(string text)
    {
        var table = CsvTable.Read(text, Columns, "email", ImportMembers.MaxRows);
        return table.Refusal is { } refusal ? refusal : table.Value.Select(Row).ToList();
    }

    private static MemberImportRow Row(CsvRow cells)
    {
        var unread = new Dictionary<string, string>();
        if (cells.Fault is { } fault) unread["row"] = fault;
        Role? role = null;
        PlaceKind? kind = null;
        if (cells.Cell("role") is { } roleWord)
        {
            if (EnumWord.TryParse<Role>(roleWord.ToLowerInvariant(), out var known)) role = known;
            else unread["role"] = "Must be owner, administrator, finance, manager, member or auditor.";
        }

        if (cells.Cell("scope_type") is { } kindWord)
        {
            if (EnumWord.TryParse<PlaceKind>(kindWord.ToLowerInvariant(), out var known)) kind = known;
            else unread["scope_type"] = "Must be department, team or project.";
        }

        return new MemberImportRow
        {
            Email = cells.Cell("email") ?? "",
            Name = cells.Cell("name"),
            Role = role,
            Team = cells.Cell("team"),
            ScopeType = kind,
            Scope = cells.Cell("scope"),
            Rpm = Whole("rpm"),
            Tpm = Whole("tpm"),
            Concurrency = Whole("concurrency"),
            HasTeam = cells.Has("team"),
            HasScope = cells.Has("scope_type") || cells.Has("scope"),
            HasLimits = cells.Has("rpm") || cells.Has("tpm") || cells.Has("concurrency"),
            Unread = unread,
        };

        int? Whole(string name)
        {
            if (cells.Cell(name) is not { } text) return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
            unread[name] = "Must be a whole number.";
            return null;
        }
    }
}

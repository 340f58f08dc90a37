using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Organizations.Import;

/// <summary>A member as a file says it: what he belongs to by name or id.</summary>
public sealed record MemberImportRow
{
    public string Email { get; init; } = "";

    /// <summary>Null: as it is; a new member needs one.</summary>
    public string? Name { get; init; }

    /// <summary>Null: as it is, a new member is a member.</summary>
    public Role? Role { get; init; }

    public string? Team { get; init; }

    /// <summary>The part that a manager's role is for; both null: the whole organization.</summary>
    public PlaceKind? ScopeType { get; init; }

    public string? Scope { get; init; }

    public int? Rpm { get; init; }

    public int? Tpm { get; init; }

    public int? Concurrency { get; init; }

    /// <summary>Whether the file says anything of the team; else it stays.</summary>
    public bool HasTeam { get; init; }

    public bool HasScope { get; init; }

    public bool HasLimits { get; init; }

    /// <summary>What could not be read, by field.</summary>
    public IReadOnlyDictionary<string, string> Unread { get; init; } = new Dictionary<string, string>();
}

/// <summary>What becomes of a line.</summary>
public enum MemberImportAction { Create, Change, Skip }

/// <summary>What became, or in a dry run would become, of a line.</summary>
/// <param name="Line">Counts from 1, without the header.</param>
/// <param name="Email">As given.</param>
/// <param name="Action">Skip: he is there already, exactly so. Null where the line is wrong.</param>
/// <param name="Errors">By field; empty where nothing is wrong.</param>
/// <param name="MemberId">Null where the line is wrong, and for one who is yet to be made.</param>
/// <param name="InvitationToken">In clear, this once; null in a dry run and for who needs none.</param>
public sealed record ImportedMember(int Line, string Email, MemberImportAction? Action, IReadOnlyDictionary<string, string[]> Errors, Guid? MemberId, string? InvitationToken)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"{nameof(ImportedMember)} {Line}";
}

/// <summary>All lines, in their order. <c>Applied</c> only where none was wrong and it was no dry run: all or nothing.</summary>
public sealed record MembersImported(bool Applied, IReadOnlyList<ImportedMember> Rows)
{
    public int Invalid => Rows.Count(row => row.Errors.Count > 0);

    public int Count(MemberImportAction action) => Rows.Count(row => row.Action == action);
}

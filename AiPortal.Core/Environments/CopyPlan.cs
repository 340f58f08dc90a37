using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Audit;

namespace AiPortal.Core.Environments;

/// <summary>What configuration of an environment consists of.</summary>
public enum CopyKind { Provider, Route, Budget, Policy }

/// <summary>What a copy does with one thing.</summary>
public enum CopyAction { Create, Change, Skip }

/// <summary>Why a thing is left as it is, or what it still needs.</summary>
public enum CopyReason
{
    /// <summary>The target has it already, exactly so.</summary>
    Same,

    /// <summary>Made without a secret: it serves nothing until it is given one of its own and switched on.</summary>
    NeedsCredential,

    /// <summary>Something outside the target has the name.</summary>
    NameTaken,

    /// <summary>The target's has a secret that was given for another vendor or address; it is not sent elsewhere.</summary>
    OtherAddress,

    /// <summary>A budget's unit never changes.</summary>
    OtherUnit,

    /// <summary>The account that it counts is not in the target.</summary>
    NeedsProvider,

    /// <summary>The target has a rule of its own for this.</summary>
    HasOwn,

    /// <summary>The route has as many targets as it can have.</summary>
    Full,
}

/// <summary>One thing of a copy.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">In the target.</param>
/// <param name="Action">What is done.</param>
/// <param name="Reason">Null where there is nothing to say.</param>
/// <param name="Before">As it is in the target; null where it is not.</param>
/// <param name="After">As it would be; null where it is skipped. Neither holds a secret.</param>
public sealed record CopyItem(CopyKind Kind, string Name, CopyAction Action, CopyReason? Reason, object? Before, object? After);

/// <summary>All that a copy would do, or has done.</summary>
/// <param name="From">The environment it is read from, by name.</param>
/// <param name="To">The one that is written.</param>
/// <param name="Items">Accounts, routes, budgets, policies.</param>
/// <param name="Keys">How many keys the first has: they are not copied, as each is a secret of its own.</param>
public sealed record CopyPlan(string From, string To, IReadOnlyList<CopyItem> Items, int Keys)
{
    /// <summary>Of exactly these changes to exactly what is there: another where either is another.</summary>
    public string Version { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AuditTrail.Text(new { From, To, Items })!)))[..32];

    /// <summary>Somebody else has to agree before it is done.</summary>
    public bool NeedsApproval { get; init; }

    public int Count(CopyAction action) => Items.Count(item => item.Action == action);
}

/// <summary>What to copy, and the version of the preview that was looked at; null for a preview.</summary>
public sealed record CopyDraft(Guid FromId, Guid ToId, string? Version = null);

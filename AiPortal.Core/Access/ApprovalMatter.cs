using AiPortal.Core.Data;

namespace AiPortal.Core.Access;

/// <summary>A reason for which a change may need somebody's approval. The kinds are registered with Approvals by the features that have them.</summary>
/// <param name="Kind">As <c>key.remove</c>.</param>
/// <param name="Amount">USD; null where the kind has no amount, or where the change knows no bound.</param>
/// <param name="EnvironmentId">What the change concerns, where that is known.</param>
public sealed record ApprovalTrigger(string Kind, decimal? Amount = null, Guid? EnvironmentId = null);

/// <summary>What exactly would be done: shown to whoever decides, and done again from <paramref name="Payload"/> once it is approved.</summary>
/// <param name="Action">The approved action that takes the payload, as <c>key.change</c>.</param>
/// <param name="SubjectType">As in the audit trail.</param>
/// <param name="SubjectId">Null for what is yet to be made.</param>
/// <param name="SubjectName">For people.</param>
/// <param name="Before">The subject as it is; if it is another when the time comes, the request is void.</param>
/// <param name="After">The subject as it would be. Neither holds a secret.</param>
/// <param name="Payload">What the action needs to do it.</param>
public sealed record ApprovalMatter(string Action, string SubjectType, Guid? SubjectId, string SubjectName, object? Before, object? After, object Payload)
{
    /// <summary>The departments, teams and projects in which the subject lies, inner and outer: their managers may decide. Empty: only whose role is for the whole.</summary>
    public IReadOnlyCollection<Guid> Places { get; init; } = [];

    /// <summary>What the action needs beside the payload and nobody may see: kept sealed until the request is decided, and then gone.</summary>
    public AskedSecret? Secret { get; init; }
}

/// <summary>A secret that waits for approval.</summary>
public sealed record AskedSecret(string Text)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(AskedSecret);
}

/// <summary>Says which changes have to wait for approval and keeps them until then. Approvals does; the gate must not know it.</summary>
public interface IApprovalDesk
{
    /// <summary>What a policy demands for the change that the scope holds; null where nothing stands in its way.</summary>
    Task<IApprovalDemand?> DemandAsync(ChangeScope scope, CancellationToken token);
}

/// <summary>A demand that one or more policies make.</summary>
public interface IApprovalDemand
{
    /// <summary>Writes the request within a change of its own and answers with it.</summary>
    Task<Refusal> AskAsync(ChangeScope scope, CancellationToken token);
}

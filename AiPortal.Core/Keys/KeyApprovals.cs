using AiPortal.Core.Access;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Keys;

/// <summary>Which changes of a key may need approval. Taking rights away never does.</summary>
internal static class KeyApprovals
{
    public const string Create = "key.create";
    public const string Remove = "key.remove";
    public const string Models = "key.models";

    /// <summary>A key that comes to another environment counts as new there; a wider list of models is more access. Budgets speak for themselves.</summary>
    public static IEnumerable<ApprovalTrigger> Of(KeyDraft before, KeyDraft after)
    {
        if (after.EnvironmentId != before.EnvironmentId) yield return new ApprovalTrigger(Create, EnvironmentId: after.EnvironmentId);
        if (before.Models is { } allowed && (after.Models is not { } wanted || wanted.Except(allowed, StringComparer.Ordinal).Any()))
            yield return new ApprovalTrigger(Models, EnvironmentId: after.EnvironmentId);
    }

    /// <summary>The parts of the organization whose managers may decide about a key.</summary>
    public static Task<IReadOnlyCollection<Guid>> PlacesOfAsync(ChangeScope scope, Guid? projectId, Guid? teamId, Guid? ownerUserId, CancellationToken token) =>
        scope.WideAsync(() => PlaceChain.AroundAsync(scope.Db, projectId, teamId, ownerUserId, token: token), token);
}

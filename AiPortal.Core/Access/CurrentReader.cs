using AiPortal.Core.Data;

namespace AiPortal.Core.Access;

/// <summary>
/// Who reads in this scope: of a request its caller, of a circuit who sits at it, as last asked. What nobody has said who reads,
/// is not read.
/// </summary>
public sealed class CurrentReader : ISight
{
    private Actor? _actor;

    /// <summary>Null: nobody any more.</summary>
    public void Is(Actor? actor) => _actor = actor;

    public Places? In(Guid organizationId) =>
        (_actor ?? throw new InvalidOperationException("Nobody has said who reads.")).PlacesIn(organizationId);
}

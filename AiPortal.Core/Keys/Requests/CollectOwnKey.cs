using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Keys.Requests;

/// <summary>Hands out, once, the waiting secret of a key to the person who answers for it.</summary>
public sealed class CollectOwnKey(ChangeGate gate, CollectKeySecret collect)
{
    public Task<Outcome<IssuedKey>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.RequestKey, "key.collect", scope => collect.WithinAsync(scope, id, actor.Id, token), token);
}

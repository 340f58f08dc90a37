using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Organizations;

/// <summary>The changes of one kind of structure row, for callers to whom the kinds are alike.</summary>
public interface IStructureChanges
{
    StructureKind Kind { get; }

    /// <summary>Gives the new row's id.</summary>
    Task<Outcome<Guid>> AddAsync(Actor actor, Guid organizationId, StructureDraft draft, CancellationToken token = default);

    Task<Outcome<Guid>> ChangeAsync(Actor actor, Guid organizationId, Guid id, StructureDraft draft, CancellationToken token = default);

    Task<Outcome<Guid>> RemoveAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default);
}

/// <inheritdoc cref="IStructureChanges"/>
internal sealed class StructureChanges<T>(StructureShape<T> shape, AddStructure<T> add, ChangeStructure<T> change, RemoveStructure<T> remove) : IStructureChanges
    where T : StructureRow
{
    public StructureKind Kind => shape.Kind;

    public async Task<Outcome<Guid>> AddAsync(Actor actor, Guid organizationId, StructureDraft draft, CancellationToken token) =>
        IdOf(await add.RunAsync(actor, organizationId, draft, token));

    public async Task<Outcome<Guid>> ChangeAsync(Actor actor, Guid organizationId, Guid id, StructureDraft draft, CancellationToken token) =>
        IdOf(await change.RunAsync(actor, organizationId, id, draft, token));

    public async Task<Outcome<Guid>> RemoveAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token) =>
        IdOf(await remove.RunAsync(actor, organizationId, id, token));

    private static Outcome<Guid> IdOf(Outcome<T> outcome) => outcome.Refusal is { } refusal ? refusal : outcome.Value.Id;
}

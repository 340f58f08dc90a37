using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Adds a department, team, project, cost center or environment.</summary>
public sealed class AddStructure<T>(ChangeGate gate, StructureShape<T> shape) where T : StructureRow
{
    public Task<Outcome<T>> RunAsync(Actor actor, Guid organizationId, StructureDraft draft, CancellationToken token = default) =>
        gate.RunAsync<T>(actor, organizationId, Permission.ManageStructure, shape.Word + ".create", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            if (await StructureRules.CheckAsync(scope.Db, shape, null, draft, token) is { } refusal) return refusal;
            var row = shape.Make(draft.Name);
            shape.Apply(draft, row);
            scope.Db.Add(row);
            await scope.Db.SaveChangesAsync(token);
            scope.Audit(new AuditNote(shape.Word + ".create", shape.Word, row.Id, row.Name, After: draft));
            scope.RefreshGateway();
            return row;
        }, token);
}

/// <summary>Renames it, moves it below another parent, or changes its code. No budget leaves the one it is allocated from.</summary>
public sealed class ChangeStructure<T>(ChangeGate gate, StructureShape<T> shape) where T : StructureRow
{
    public Task<Outcome<T>> RunAsync(Actor actor, Guid organizationId, Guid id, StructureDraft draft, CancellationToken token = default) =>
        gate.RunAsync<T>(actor, organizationId, Permission.ManageStructure, shape.Word + ".update", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            var row = await scope.Db.Set<T>().SingleOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, token);
            if (row is null) return Refusal.Missing(shape.Word);
            if (await StructureRules.CheckAsync(scope.Db, shape, id, draft, token) is { } refusal) return refusal;
            var before = shape.DraftOf(row);
            var move = before.ParentId == draft.ParentId ? null : await ScopeMove.BeginAsync(scope, shape.Scope, id, token);
            shape.Apply(draft, row);
            if (move is not null && await move.EndAsync(_ => shape.ParentMember!, token) is { } outside) return outside;
            scope.Audit(new AuditNote(shape.Word + ".update", shape.Word, row.Id, row.Name, before, draft));
            scope.RefreshGateway();
            return row;
        }, token);
}

/// <summary>Removes it from lists and choices; history keeps its name. Refused while live rows, keys or budgets refer to it.</summary>
public sealed class RemoveStructure<T>(ChangeGate gate, StructureShape<T> shape, TimeProvider clock) where T : StructureRow
{
    public Task<Outcome<T>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<T>(actor, organizationId, Permission.ManageStructure, shape.Word + ".delete", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            var row = await scope.Db.Set<T>().SingleOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, token);
            if (row is null) return Refusal.Missing(shape.Word);
            if (await HolderAsync(scope.Db, id, token) is { } holder)
                return Refusal.Conflict("in_use", $"There are still {holder} that refer to {row.Name}; move or remove them first.");
            row.DeletedAt = clock.GetUtcNow();
            scope.Audit(new AuditNote(shape.Word + ".delete", shape.Word, row.Id, row.Name, shape.DraftOf(row)));
            scope.RefreshGateway();
            return row;
        }, token);

    private async Task<string?> HolderAsync(PortalDb db, Guid id, CancellationToken token)
    {
        if (await shape.ChildrenAsync(db, id, token) is { } children) return children;
        if (await db.Set<Membership>().AnyAsync(m => m.ScopeId == id, token)) return "managers";
        var keys = db.Set<ApiKey>().Where(k => k.DeletedAt == null && k.Status != KeyStatus.Revoked);
        if (await keys.AnyAsync(k => k.TeamId == id || k.ProjectId == id || k.CostCenterId == id || k.EnvironmentId == id, token)) return "keys";
        if (await db.Set<ProviderAccount>().AnyAsync(p => p.EnvironmentId == id && p.DeletedAt == null, token)) return "providers";
        return await db.Set<Budget>().AnyAsync(b => b.ScopeId == id, token) ? "budgets" : null;
    }
}

internal static class StructureRules
{
    private const int MaxCode = 40;

    public static async Task<Refusal?> CheckAsync<T>(PortalDb db, StructureShape<T> shape, Guid? id, StructureDraft draft, CancellationToken token)
        where T : StructureRow
    {
        var faults = new FieldFaults();
        faults.RequireText(draft.Name, "name");
        if (draft.Code is not null) faults.RequireText(draft.Code, "code", MaxCode);
        draft.Limits.Check(faults);
        if (faults.Any) return faults.ToRefusal();
        if (draft.ParentId is { } parent)
        {
            if (!await shape.ParentExistsAsync(db, parent, token)) return Refusal.Missing(shape.ParentMember ?? "parent");
            if (id is { } self && await shape.IsBelowAsync(db, self, parent, token))
                return Refusal.Field(shape.ParentMember!, $"A {shape.Word} cannot lie below itself.");
        }

        var name = draft.Name.Trim();
        return await db.Set<T>().AnyAsync(r => r.Name == name && r.DeletedAt == null && r.Id != id, token)
            ? new Refusal(RefusalKind.Conflict, "already_exists", $"There is already a {shape.Word} named {name}.",
                new Dictionary<string, string[]> { ["name"] = ["Taken."] })
            : null;
    }
}

/// <summary>Changes of an organization's structure and members run one after the other, so that what one checked the next cannot undo.</summary>
internal static class OrganizationLock
{
    public static Task TakeAsync(PortalDb db, Guid organizationId, CancellationToken token) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"structure:" + organizationId}, 0))", token);
}

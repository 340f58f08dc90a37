using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>Adds an account at a vendor.</summary>
public sealed class AddProvider(ChangeGate gate, UpstreamAddress addresses, ProviderCredential credentials, TimeProvider clock)
{
    public async Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, ProviderDraft draft, CancellationToken token = default)
    {
        // Names are looked up before the transaction, and only for those who may.
        var unreachable = actor.May(Permission.ManageProviders, organizationId) ? await addresses.CheckAsync(draft.Address, draft.AllowPrivate, token) : null;
        return await gate.RunAsync(actor, organizationId, Permission.ManageProviders, "provider.create", scope => WithinAsync(scope, draft, unreachable, token), token);
    }

    /// <summary>The same once it is approved: the address is looked up anew.</summary>
    internal async Task<Outcome<ProviderAccount>> ApprovedAsync(ChangeScope scope, ProviderDraft draft, CancellationToken token) =>
        await WithinAsync(scope, draft.With(scope.AskedSecret), await addresses.CheckAsync(draft.Address, draft.AllowPrivate, token), token);

    private async Task<Outcome<ProviderAccount>> WithinAsync(ChangeScope scope, ProviderDraft draft, Refusal? unreachable, CancellationToken token)
    {
        if ((draft.Check() ?? unreachable) is { } refusal) return refusal;
        if (await ProviderNames.TakenAsync(scope.Db, draft.Name, null, token) is { } taken) return taken;
        if (await ProviderEnvironment.CheckAsync(scope.Db, draft.EnvironmentId, null, token) is { } missing) return missing;
        var row = new ProviderAccount { Id = Ids.New(clock), OrganizationId = scope.OrganizationId, Name = draft.Name, Kind = draft.Kind };
        draft.WriteTo(row);
        credentials.Write(row, draft.Credential);
        scope.Db.Add(row);
        scope.MayNeedApproval(new ApprovalTrigger(ProviderApprovals.Kind));
        scope.AskableAs(new ApprovalMatter("provider.create", "provider", null, row.Name, null, ProviderNote.Of(row), draft.Bare) { Secret = draft.AskedSecret });
        scope.Audit(new AuditNote("provider.create", "provider", row.Id, row.Name, After: ProviderNote.Of(row)));
        scope.RefreshGateway();
        return row;
    }
}

internal static class ProviderEnvironment
{
    /// <summary>Null where the environment is none, the one of before, or a live one.</summary>
    public static async Task<Refusal?> CheckAsync(PortalDb db, Guid? id, Guid? before, CancellationToken token)
    {
        if (id is null || id == before || await db.Set<DeploymentEnvironment>().AnyAsync(e => e.Id == id && e.DeletedAt == null, token)) return null;
        const string Message = "This does not exist in the organization.";
        return new Refusal(RefusalKind.NotFound, "not_found", $"environment_id: {Message}", new Dictionary<string, string[]> { ["environment_id"] = [Message] });
    }
}

internal static class ProviderNames
{
    public static async Task<Refusal?> TakenAsync(PortalDb db, string name, Guid? except, CancellationToken token)
    {
        var trimmed = name.Trim();
        return await db.Set<ProviderAccount>().AnyAsync(p => p.Name == trimmed && p.DeletedAt == null && p.Id != except, token)
            ? new Refusal(RefusalKind.Conflict, "already_exists", $"There is already a provider named {trimmed}.",
                new Dictionary<string, string[]> { ["name"] = ["Taken."] })
            : null;
    }
}

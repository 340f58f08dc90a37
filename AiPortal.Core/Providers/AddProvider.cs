using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>Adds an account at a vendor.</summary>
public sealed class AddProvider(ChangeGate gate, UpstreamAddress addresses, ProviderCredential credentials, TimeProvider clock)
{
    public async Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, ProviderDraft draft, CancellationToken token = default)
    {
        // Names are looked up before the transaction, and only for those who may.
        var unreachable = actor.May(Permission.ManageProviders, organizationId) ? await addresses.CheckAsync(draft.Address, draft.AllowPrivate, token) : null;
        return await gate.RunAsync<ProviderAccount>(actor, organizationId, Permission.ManageProviders, "provider.create", async scope =>
        {
            if ((draft.Check() ?? unreachable) is { } refusal) return refusal;
            if (await ProviderNames.TakenAsync(scope.Db, draft.Name, null, token) is { } taken) return taken;
            var row = new ProviderAccount { Id = Ids.New(clock), OrganizationId = organizationId, Name = draft.Name, Kind = draft.Kind };
            draft.WriteTo(row);
            credentials.Write(row, draft.Credential);
            scope.Db.Add(row);
            scope.Audit(new AuditNote("provider.create", "provider", row.Id, row.Name, After: ProviderNote.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
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

using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>Changes an account. Another address demands the credential again, so that nobody can have a stored one sent to himself.</summary>
public sealed class ChangeProvider(ChangeGate gate, UpstreamAddress addresses, ProviderCredential credentials)
{
    public async Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, Guid id, ProviderDraft draft, CancellationToken token = default)
    {
        var unreachable = actor.May(Permission.ManageProviders, organizationId) ? await addresses.CheckAsync(draft.Address, draft.AllowPrivate, token) : null;
        return await gate.RunAsync<ProviderAccount>(actor, organizationId, Permission.ManageProviders, "provider.update", async scope =>
        {
            var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
            if (row is null) return Refusal.Missing("provider");
            if ((draft.Check() ?? unreachable) is { } refusal) return refusal;
            if (row.ApiKeyCipher is not null && draft.Credential is null && draft.Address != row.BaseUrl)
                return Refusal.Field("api_key", "A new address needs the credential again.");
            if (await ProviderNames.TakenAsync(scope.Db, draft.Name, id, token) is { } taken) return taken;

            var before = ProviderNote.Of(row);
            draft.WriteTo(row);
            credentials.Write(row, draft.Credential);
            scope.Audit(new AuditNote("provider.update", "provider", row.Id, row.Name, before, ProviderNote.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
    }
}

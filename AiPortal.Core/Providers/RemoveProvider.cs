using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>Removes an account: no call goes to it again and its credential is wiped; the row stays for the names of its entries.</summary>
public sealed class RemoveProvider(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageProviders, "provider.delete", scope => WithinAsync(scope, id, token), token);

    /// <summary>The same as a part of another change.</summary>
    internal async Task<Outcome<ProviderAccount>> WithinAsync(ChangeScope scope, Guid id, CancellationToken token)
    {
        var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
        if (row is null) return Refusal.Missing("provider");
        var before = ProviderNote.Of(row);
        scope.MayNeedApproval(new ApprovalTrigger(ProviderApprovals.Kind));
        scope.AskableAs(new ApprovalMatter("provider.delete", "provider", id, row.Name, before, null, id));
        (row.DeletedAt, row.Enabled, row.ApiKeyCipher, row.ApiKeyHint) = (clock.GetUtcNow(), false, null, null);
        (row.PreviousKeyCipher, row.PreviousKeyHint) = (null, null);
        scope.Audit(new AuditNote("provider.delete", "provider", row.Id, row.Name, before));
        scope.RefreshGateway();
        return row;
    }
}

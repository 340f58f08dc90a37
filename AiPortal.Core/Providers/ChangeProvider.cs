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
        return await gate.RunAsync(actor, organizationId, Permission.ManageProviders, "provider.update", scope => WithinAsync(scope, id, draft, unreachable, token), token);
    }

    /// <summary>The same as a part of another change.</summary>
    /// <param name="scope">The change.</param>
    /// <param name="id">The account.</param>
    /// <param name="draft">As it shall be.</param>
    /// <param name="unreachable">What looking up the address has found, before the transaction.</param>
    /// <param name="token">Cancels it.</param>
    internal async Task<Outcome<ProviderAccount>> WithinAsync(ChangeScope scope, Guid id, ProviderDraft draft, Refusal? unreachable, CancellationToken token)
    {
        var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
        if (row is null) return Refusal.Missing("provider");
        if ((draft.Check() ?? unreachable) is { } refusal) return refusal;
        if (row.ApiKeyCipher is not null && draft.Credential is null && draft.Address != row.BaseUrl)
            return Refusal.Field("api_key", "A new address needs the credential again.");
        if (await ProviderNames.TakenAsync(scope.Db, draft.Name, id, token) is { } taken) return taken;
        if (await ProviderEnvironment.CheckAsync(scope.Db, draft.EnvironmentId, row.EnvironmentId, token) is { } missing) return missing;

        var before = ProviderNote.Of(row);
        draft.WriteTo(row);
        credentials.Write(row, draft.Credential);
        var after = ProviderNote.Of(row);
        if (ProviderApprovals.Matters(before, after)) scope.MayNeedApproval(new ApprovalTrigger(ProviderApprovals.Kind));
        scope.AskableAs(new ApprovalMatter("provider.update", "provider", id, before.Name, before, after, draft.Bare) { Secret = draft.AskedSecret });
        scope.Audit(new AuditNote("provider.update", "provider", row.Id, row.Name, before, after));
        scope.RefreshGateway();
        return row;
    }

    /// <summary>The same once it is approved: the address is looked up anew.</summary>
    internal async Task<Outcome<ProviderAccount>> ApprovedAsync(ChangeScope scope, Guid id, ProviderDraft draft, CancellationToken token) =>
        await WithinAsync(scope, id, draft.With(scope.AskedSecret), await addresses.CheckAsync(draft.Address, draft.AllowPrivate, token), token);
}

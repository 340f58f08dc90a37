using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Keys.Requests;

/// <summary>Makes a key that was asked for, once it is approved: nobody sees its secret but who asked.</summary>
internal sealed class KeyRequestAction(IKeyBudgets budgets, SecretVault vault, TimeProvider clock) : IApprovedAction
{
    public string Name => AskForKey.Action;

    public Permission Permission => Permission.RequestKey;

    public async Task<Outcome<Guid>> RunAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token)
    {
        var draft = ApprovalPayload.Read<KeyDraft>(approval.Payload);
        scope.AskableAs(AskForKey.MatterOf(draft));
        var issued = await KeyIssuing.IssueAsync(scope, budgets, clock, draft, token: token);
        if (issued.Refusal is { } refusal) return refusal;
        var listing = issued.Value.Listing;
        listing.Key.PendingSecretCipher = vault.Seal(Encoding.UTF8.GetBytes(issued.Value.Secret), KeySecret.Context(listing.Key));
        scope.Audit(new AuditNote("key.create", "key", listing.Key.Id, listing.Key.Name, After: listing.Audit));
        return listing.Key.Id;
    }

    public Task EndAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token) => Task.CompletedTask;

    public Task FinishAsync(Guid resultId) => Task.CompletedTask;
}

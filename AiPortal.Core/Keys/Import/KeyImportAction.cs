using System.Text;
using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Keys.Import;

/// <summary>The keys of an import that has to be asked for. The secrets that they bring are kept beside it, sealed.</summary>
internal sealed record KeyImportAsk(IReadOnlyList<KeyDraft> Keys)
{
    private const int MostNamed = 3;
    private const int LongestName = 60;

    /// <param name="secrets">In the order of the keys; null where one is to be made.</param>
    /// <param name="places">In which all of the keys lie.</param>
    public ApprovalMatter Matter(IReadOnlyList<string?> secrets, IReadOnlyCollection<Guid> places) => new(KeyImportAction.Action, "key", null, SubjectName, null, this, this)
    {
        Places = places,
        Secret = secrets.Any(secret => secret is not null) ? new AskedSecret(JsonSerializer.Serialize(secrets)) : null,
    };

    private string SubjectName => string.Join(", ", Keys.Take(MostNamed).Select(key => key.Name.Length > LongestName ? key.Name[..LongestName] + "…" : key.Name))
        + (Keys.Count > MostNamed ? $" +{Keys.Count - MostNamed}" : "");
}

/// <summary>Makes the keys of an import, all or none, once it is approved. A key that brought no secret gets one, which waits to be collected.</summary>
internal sealed class KeyImportAction(IKeyBudgets budgets, SecretVault vault, TimeProvider clock) : IApprovedAction
{
    /// <summary>Names the kind of change to Approvals.</summary>
    public const string Action = "key.import";

    public string Name => Action;

    public Permission Permission => Permission.ManageKeys;

    public async Task<Outcome<Guid>> RunAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token)
    {
        var asked = ApprovalPayload.Read<KeyImportAsk>(approval.Payload);
        var secrets = scope.AskedSecret is { } kept ? JsonSerializer.Deserialize<string?[]>(kept)! : new string?[asked.Keys.Count];
        scope.AskableAs(asked.Matter(secrets, approval.Places));
        Guid? first = null;
        foreach (var (draft, secret) in asked.Keys.Zip(secrets))
        {
            if (secret is not null && await ImportKeys.IsTakenAsync(scope.Db, secret, token)) return Refusal.Conflict("key_taken", $"The secret of {draft.Name} is in use by now.");
            var issued = await KeyIssuing.IssueAsync(scope, budgets, clock, draft, secret, token);
            if (issued.Refusal is { } refusal) return refusal;
            var (key, listing) = (issued.Value.Listing.Key, issued.Value.Listing);
            if (secret is null) key.PendingSecretCipher = vault.Seal(Encoding.UTF8.GetBytes(issued.Value.Secret), KeySecret.Context(key));
            scope.Audit(new AuditNote(Action, "key", key.Id, key.Name, After: listing.Audit));
            first ??= key.Id;
        }

        return first!.Value;
    }

    public Task EndAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token) => Task.CompletedTask;

    public Task FinishAsync(Guid resultId) => Task.CompletedTask;
}

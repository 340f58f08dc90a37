using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Jobs;
using AiPortal.Core.Keys.Import;
using AiPortal.Core.Keys.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Keys;

/// <summary>Virtual keys.</summary>
public static class KeysFeature
{
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<IssueKey>();
        services.AddSingleton<ChangeKey>();
        services.AddSingleton<ChangeKeyStatus>();
        services.AddSingleton<RegenerateKey>();
        services.AddSingleton<RemoveKey>();
        services.AddScoped<KeyList>();
        services.AddSingleton<ReportLeakedKey>();
        services.AddSingleton<ChangeKeys>();
        services.AddSingleton<ImportKeys>();
        services.AddSingleton<CollectKeySecret>();
        services.AddSingleton<AskForKey>();
        services.AddSingleton<CollectOwnKey>();
        services.AddForPortal<OwnKeys>();
        services.AddSingleton<IApprovedAction, KeyRequestAction>();
        services.AddSingleton<IApprovedAction, KeyImportAction>();
        services.AddJob<RotateDueKeys>();
        services.AddSealed(new SealedColumn("api_keys", "pending_secret_cipher", "key:{organization_id}:{id}"));
        return services.AddKeyApprovals();
    }

    private static IServiceCollection AddKeyApprovals(this IServiceCollection services)
    {
        foreach (var kind in (string[])[KeyApprovals.Create, KeyApprovals.Remove, KeyApprovals.Models])
            services.AddApprovalKind(new ApprovalKind(kind, HasEnvironment: true));
        // Nobody has the secret of a key made this way: who asked gives it one with a regeneration.
        services.AddApprovedAction<IssueKey, KeyDraft>("key.create", Permission.ManageKeys,
            async (issue, scope, _, draft, token) =>
            {
                var issued = await issue.WithinAsync(scope, draft, token);
                return issued.Refusal is { } refusal ? refusal : issued.Value.Listing.Key.Id;
            });
        services.AddApprovedAction<ChangeKey, KeyDraft>("key.change", Permission.ManageKeys,
            async (change, scope, id, draft, token) => (await change.WithinAsync(scope, id!.Value, _ => draft, token)).Refusal is { } refusal ? refusal : id.Value,
            (change, id) => change.FinishAsync(id));
        return services.AddApprovedAction<RemoveKey, Guid>("key.remove", Permission.ManageKeys, (remove, scope, _, id, token) => remove.WithinAsync(scope, id, token));
    }
}

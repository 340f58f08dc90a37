using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Providers;

/// <summary>Which changes of an account may need approval.</summary>
internal static class ProviderApprovals
{
    public const string Kind = "provider.change";

    /// <summary>Switching an account off must never wait, and a new credential for the same account changes nothing that calls can do.</summary>
    public static bool Matters(ProviderNote before, ProviderNote after) =>
        AuditTrail.Text(WithoutKey(before) with { Enabled = after.Enabled && before.Enabled }) != AuditTrail.Text(WithoutKey(after));

    private static ProviderNote WithoutKey(ProviderNote note) => note with { ApiKeyHint = null, PreviousKeyHint = null, ApiKeyExpiresAt = null };

    public static IServiceCollection AddProviderApprovals(this IServiceCollection services)
    {
        services.AddApprovalKind(new ApprovalKind(Kind));
        services.AddApprovedAction<AddProvider, ProviderDraft>("provider.create", Permission.ManageProviders,
            async (add, scope, _, draft, token) => IdOf(await add.ApprovedAsync(scope, draft, token)));
        services.AddApprovedAction<ChangeProvider, ProviderDraft>("provider.update", Permission.ManageProviders,
            async (change, scope, id, draft, token) => IdOf(await change.ApprovedAsync(scope, id!.Value, draft, token)));
        return services.AddApprovedAction<RemoveProvider, Guid>("provider.delete", Permission.ManageProviders,
            async (remove, scope, _, id, token) => IdOf(await remove.WithinAsync(scope, id, token)));
    }

    private static Outcome<Guid> IdOf(Outcome<ProviderAccount> outcome) => outcome.Refusal is { } refusal ? refusal : outcome.Value.Id;
}

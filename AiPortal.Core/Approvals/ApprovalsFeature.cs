using AiPortal.Core.Access;
using AiPortal.Core.Approvals.Delegations;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Jobs;
using AiPortal.Core.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Approvals;

/// <summary>Changes that others have to agree to.</summary>
public static class ApprovalsFeature
{
    public static IServiceCollection AddApprovals(this IServiceCollection services)
    {
        services.AddSingleton<ApprovalSecrets>();
        services.AddSealed(ApprovalSecrets.Place);
        services.AddSingleton<ApprovalDesk>();
        services.AddSingleton<IApprovalDesk>(provider => provider.GetRequiredService<ApprovalDesk>());
        services.AddScoped<ApprovalList>();
        services.AddScoped<PlaceNames>();
        services.AddSingleton<DecideApproval>();
        services.AddScoped<CommentOnApproval>();
        services.AddScoped<PolicyList>();
        services.AddSingleton<ChangePolicy>();
        services.AddScoped<DelegationList>();
        services.AddSingleton<DelegateApprovals>();
        services.AddJob<ExpireApprovals>();
        services.AddApprovalKind(new ApprovalKind(ChangePolicy.Kind));
        services.AddApprovedAction<ChangePolicy, ApprovalPolicyDraft>("policy.create", Permission.ManageApprovals,
            async (change, scope, _, draft, token) => Id(await change.CreateWithinAsync(scope, draft, token)));
        services.AddApprovedAction<ChangePolicy, ApprovalPolicyDraft>("policy.change", Permission.ManageApprovals,
            async (change, scope, id, draft, token) => Id(await change.ChangeWithinAsync(scope, id!.Value, _ => draft, token)));
        services.AddApprovedAction<ChangePolicy, Guid>("policy.remove", Permission.ManageApprovals, (_, scope, _, id, token) => ChangePolicy.RemoveWithinAsync(scope, id, token));
        return services;
    }

    /// <summary>Lets policies be about a kind of change.</summary>
    public static IServiceCollection AddApprovalKind(this IServiceCollection services, ApprovalKind kind) => services.AddSingleton(kind);

    /// <summary>Says how a use case does what was asked for.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="name">As in <see cref="ApprovalMatter.Action"/>.</param>
    /// <param name="permission">What the requester must still be allowed.</param>
    /// <param name="run">Does it within the scope and gives the id of what was made or changed.</param>
    /// <param name="finish">After the commit, what takes long.</param>
    public static IServiceCollection AddApprovedAction<TUseCase, TPayload>(this IServiceCollection services, string name, Permission permission,
        Func<TUseCase, ChangeScope, Guid?, TPayload, CancellationToken, Task<Outcome<Guid>>> run, Func<TUseCase, Guid, Task>? finish = null)
        where TUseCase : notnull =>
        services.AddSingleton<IApprovedAction>(provider => new ApprovedAction<TPayload>(name, permission,
            (scope, id, payload, token) => run(provider.GetRequiredService<TUseCase>(), scope, id, payload, token))
        {
            Finish = finish is null ? null : id => finish(provider.GetRequiredService<TUseCase>(), id),
        });

    private static Outcome<Guid> Id(Outcome<ApprovalPolicy> outcome) => outcome.Refusal is { } refusal ? refusal : outcome.Value.Id;
}

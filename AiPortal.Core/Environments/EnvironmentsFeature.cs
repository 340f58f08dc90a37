using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Environments;

/// <summary>Development, test, production: what each has of its own, and copying it.</summary>
public static class EnvironmentsFeature
{
    public static IServiceCollection AddEnvironments(this IServiceCollection services)
    {
        services.AddSingleton<CopyPlanner>();
        services.AddSingleton<CopyEnvironment>();
        services.AddScoped<EnvironmentSheet>();
        services.AddApprovalKind(new ApprovalKind(CopyEnvironment.ApprovalKind, HasEnvironment: true));
        return services.AddApprovedAction<CopyEnvironment, CopyDraft>("environment.copy", Permission.ManageOrganization,
            async (copy, scope, id, draft, token) => (await copy.WithinAsync(scope, draft, token)).Refusal is { } refusal ? refusal : id!.Value,
            (copy, id) => copy.FinishAsync(id));
    }
}

using AiPortal.Core.Approvals;
using AiPortal.Shell.Navigation;

namespace AiPortal.Approvals;

/// <summary>Approvals and their badge in the menu.</summary>
internal static class ApprovalsHost
{
    public static IServiceCollection AddApprovalsHost(this IServiceCollection services) =>
        services.AddSingleton(new NavBadge("/approvals", typeof(ApprovalBadge))).AddApprovals();
}

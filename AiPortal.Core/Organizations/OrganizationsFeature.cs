using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations.Import;
using AiPortal.Core.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Organizations;

/// <summary>Organizations, their structure and their members.</summary>
public static class OrganizationsFeature
{
    public static IServiceCollection AddOrganizations(this IServiceCollection services)
    {
        services.AddForPortal<CreateOrganization>();
        services.AddSingleton<ChangeOrganization>();
        services.AddScoped<OrganizationList>();
        services.AddSingleton<StructureShape<Department>, DepartmentShape>();
        services.AddSingleton<StructureShape<Team>, TeamShape>();
        services.AddSingleton<StructureShape<Project>, ProjectShape>();
        services.AddSingleton<StructureShape<CostCenter>, CostCenterShape>();
        services.AddSingleton<StructureShape<DeploymentEnvironment>, EnvironmentShape>();
        services.AddSingleton(typeof(AddStructure<>));
        services.AddSingleton(typeof(ChangeStructure<>));
        services.AddSingleton(typeof(RemoveStructure<>));
        services.AddScoped(typeof(StructureList<>));
        services.AddScoped<AddMember>();
        services.AddScoped<ImportMembers>();
        services.AddSingleton<ChangeMember>();
        services.AddSingleton<RemoveMember>();
        services.AddScopedForPortal<AcceptInvitation>();
        services.AddScoped<MemberList>();
        services.AddScoped<MemberSheet>();
        services.AddApprovalKind(new ApprovalKind(GiveAccess.ApprovalKind));
        services.AddApprovedAction<GiveAccess, GrantDraft>("access.grant", Permission.ManageMembers,
            async (give, scope, _, draft, token) => IdOf(await give.WithinAsync(scope, draft, token)));
        services.AddSingleton<InviteAgain>();
        services.AddSingleton<ConfirmAddress>();
        services.AddScoped<StructureTree>();
        services.AddSingleton<IStructureChanges, StructureChanges<Department>>();
        services.AddSingleton<IStructureChanges, StructureChanges<Team>>();
        services.AddSingleton<IStructureChanges, StructureChanges<Project>>();
        services.AddSingleton<IStructureChanges, StructureChanges<CostCenter>>();
        services.AddSingleton<IStructureChanges, StructureChanges<DeploymentEnvironment>>();
        return services;
    }

    private static Outcome<Guid> IdOf(Outcome<AccessGrant> outcome) => outcome.Refusal is { } refusal ? refusal : outcome.Value.Id;
}

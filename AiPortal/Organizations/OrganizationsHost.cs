using AiPortal.Organizations.Grants;
using AiPortal.Organizations.Members.Import;

namespace AiPortal.Organizations;

/// <summary>The endpoints of organizations, their structure and their members.</summary>
internal static class OrganizationsHost
{
    public static void MapOrganizations(this IEndpointRouteBuilder api)
    {
        OrganizationEndpoints.Map(api);
        StructureEndpoints.Map(api);
        MemberEndpoints.Map(api);
        MemberImportEndpoints.Map(api);
        MemberEndpoints.MapInvitations(api);
        GrantEndpoints.Map(api);
    }
}

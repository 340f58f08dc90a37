using AiPortal.Organizations.Grants;

namespace AiPortal.Organizations;

/// <summary>The endpoints of organizations, their structure and their members.</summary>
internal static class OrganizationsHost
{
    public static void MapOrganizations(this IEndpointRouteBuilder api)
    {
        OrganizationEndpoints.Map(api);
        StructureEndpoints.Map(api);
        MemberEndpoints.Map(api);
        MemberEndpoints.MapInvitations(api);
        GrantEndpoints.Map(api);
    }
}

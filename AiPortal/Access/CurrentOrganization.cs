using AiPortal.Core.Access;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Components.Authorization;

namespace AiPortal.Access;

/// <summary>The organization that the reader of a page looks at, as it is now; what the cookie says of it is as old as the sign-in.</summary>
public sealed class CurrentOrganization(AuthenticationStateProvider authentication, ActorSource actors, CurrentReader reader, OrganizationList organizations, StructureList<DeploymentEnvironment> environments)
{
    private const int MostEnvironments = 50;

    /// <summary>Null for nobody, and when the session is over. Permissions are the reader's in it.</summary>
    public async Task<(Organization Organization, IReadOnlySet<Permission> Permissions, IReadOnlyList<DeploymentEnvironment> Environments)?> ReadAsync(CancellationToken token = default)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var actor = BrowserSession.IdOf(user) is { } id ? await actors.BySessionAsync(id, null, token) : null;
        reader.Is(actor);
        if (actor?.HomeOrganizationId is not { } home || await organizations.FindAsync(home, token) is not { } organization) return null;
        var known = await environments.PageAsync(home, new StructureFilter(), MostEnvironments, null, token);
        return (organization, Enum.GetValues<Permission>().Where(permission => actor.May(permission, home)).ToHashSet(), known.IsRefused ? [] : known.Value.Data);
    }
}

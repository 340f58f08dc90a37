using AiPortal.Core.Access;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Components.Authorization;

namespace AiPortal.Access;

/// <summary>The organization that the reader of a page looks at, as it is now; what the cookie says of it is as old as the sign-in.</summary>
public sealed class CurrentOrganization(AuthenticationStateProvider authentication, ActorSource actors, OrganizationList organizations)
{
    /// <summary>Null for nobody, and when the session is over.</summary>
    public async Task<Organization?> ReadAsync(CancellationToken token = default)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var actor = BrowserSession.IdOf(user) is { } id ? await actors.BySessionAsync(id, null, token) : null;
        return actor?.HomeOrganizationId is { } home ? await organizations.FindAsync(home, token) : null;
    }
}

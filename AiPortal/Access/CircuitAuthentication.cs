using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace AiPortal.Access;

/// <summary>Who sits at a circuit; nobody any more once his session has ended.</summary>
internal sealed class CircuitAuthentication : ServerAuthenticationStateProvider
{
    public void End() => SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
}

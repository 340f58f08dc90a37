using AiPortal.Core.Access;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace AiPortal.Access;

/// <summary>Ends the authentication of an open circuit within seconds of its session.</summary>
internal sealed class CircuitAuthentication(ILoggerFactory loggers, ActorSource actors) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(5);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        authenticationState.User.Identity?.IsAuthenticated != true
        || (BrowserSession.IdOf(authenticationState.User) is { } id && await actors.BySessionAsync(id, null, cancellationToken) is not null);
}

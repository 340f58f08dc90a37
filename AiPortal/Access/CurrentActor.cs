using AiPortal.Core.Access;
using Microsoft.AspNetCore.Components.Authorization;

namespace AiPortal.Access;

/// <summary>
/// Who sits at a circuit, read anew at each use: a circuit outlives role changes and sign-outs. Pages call this before each read
/// and each action.
/// </summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication, ActorSource actors, CurrentReader reader)
{
    /// <summary>Throws <see cref="SessionEndedException"/> when the session is over.</summary>
    public async Task<Actor> GetAsync(CancellationToken token = default) => await FindAsync(token) ?? throw new SessionEndedException();

    /// <summary>The actor and the organization he looks at. Throws <see cref="SignInDebtException"/> where he has something to do first.</summary>
    public async Task<(Actor Actor, Guid OrganizationId)> HereAsync(CancellationToken token = default)
    {
        var actor = await GetAsync(token);
        if (actor.Owes is { } debt) throw new SignInDebtException(debt);
        return (actor, actor.HomeOrganizationId ?? throw new SessionEndedException());
    }

    /// <summary>
    /// The same for what stands beside a page and must not bring it down: null where the session is over or something is to be done
    /// first, of which the page itself tells.
    /// </summary>
    public async Task<(Actor Actor, Guid OrganizationId)?> FindHereAsync(CancellationToken token = default) =>
        await FindAsync(token) is { Owes: null, HomeOrganizationId: { } home } actor ? (actor, home) : null;

    private async Task<Actor?> FindAsync(CancellationToken token)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var actor = BrowserSession.IdOf(user) is { } id ? await actors.BySessionAsync(id, null, token) : null;
        // What is read after this is read as he who sits here now.
        reader.Is(actor);
        return actor;
    }
}

/// <summary>The person has to do something before he sees anything.</summary>
public sealed class SignInDebtException(SignInDebt debt) : Exception("Signing in is not finished: " + debt)
{
    public SignInDebt Debt { get; } = debt;
}

/// <summary>The session of a circuit is over; the reader has to sign in again.</summary>
public sealed class SessionEndedException() : Exception("The session has ended.");

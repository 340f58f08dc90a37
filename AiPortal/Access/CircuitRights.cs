using System.Globalization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace AiPortal.Access;

/// <summary>Of one circuit: ends it with its session, and tells its layout when its person may something else than before.</summary>
internal sealed class CircuitRights(CircuitAuthentication authentication, OpenCircuits circuits) : CircuitHandler, IDisposable
{
    private CultureInfo _culture = CultureInfo.InvariantCulture;
    private CultureInfo _uiCulture = CultureInfo.InvariantCulture;
    private IDisposable? _watched;

    /// <summary>In the reader's language, on no thread in particular.</summary>
    public event Action? Changed;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        (_culture, _uiCulture) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (BrowserSession.IdOf(user) is { } id) _watched = await circuits.WatchAsync(id, OnChange, cancellationToken);
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _watched?.Dispose();

    private void OnChange(bool hasEnded)
    {
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (_culture, _uiCulture);
        if (hasEnded) authentication.End();
        else Changed?.Invoke();
    }
}

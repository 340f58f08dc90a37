using System.Globalization;
using System.Security.Claims;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Tenancy;
using Bunit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace AiPortal.Tests.Fixtures;

/// <summary>Renders pages and dialogs over a real portal, as the first administrator sees them: real use cases, real database, no browser.</summary>
public abstract class PageTest : BunitContext, IClassFixture<PortalHost>, IAsyncLifetime
{
    private readonly PortalHost _host;

    protected PageTest(PortalHost host)
    {
        _host = host;
        Speak("en");
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddRadzenComponents();
        Services.AddScoped(services => new CurrentActor(services.GetRequiredService<AuthenticationStateProvider>(), host.Services.GetRequiredService<ActorSource>(), host.Services.GetRequiredService<CurrentReader>()));
        Services.AddFallbackServiceProvider(host.Services);
    }

    protected Guid OrganizationId => _host.OrganizationId;

    protected PortalHost Host => _host;

    public async Task InitializeAsync()
    {
        await using var db = _host.Database.Portal.OpenSystem();
        var user = await db.Set<Membership>().Where(m => m.OrganizationId == OrganizationId && m.Role == Role.Owner).Select(m => m.UserId).FirstAsync();
        var session = await _host.Services.GetRequiredService<Sessions>().BeginBrowserAsync(user, null, null);
        Services.AddSingleton<AuthenticationStateProvider>(new SignedIn(session));
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    protected static void Speak(string culture) =>
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);

    private sealed class SignedIn(Guid session) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sid", session.ToString())], "test"))));
    }
}

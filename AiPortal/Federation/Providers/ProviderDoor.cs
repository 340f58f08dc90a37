using System.Net;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Federation.Providers;
using AiPortal.Core.Providers;
using AiPortal.Shell;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace AiPortal.Federation.Providers;

/// <summary><c>/sign-in/with/{id}</c> leads to a provider, <c>…/back</c> from it. Plain links: what they set is a cookie.</summary>
internal sealed class ProviderDoor(
    IdentityProviders providers, ProviderSignIn signIn, BrowserSession browser, SecondStepTicket tickets, ProviderChannel channel,
    IDataProtectionProvider protection, ILoggerFactory loggers, TimeProvider clock)
{
    private const string ReturnTo = "return_to";
    private const string ConnectFor = "connect_for";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-in/with/{id:guid}", (Guid id, HttpContext http, ProviderDoor door) => door.LeaveAsync(http, id)).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/sign-in/with/{id:guid}/back", (Guid id, HttpContext http, ProviderDoor door) => door.ReturnAsync(http, id)).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>What a provider has to be told to send people back to.</summary>
    public static string CallbackOf(string site, Guid id) => $"{site.TrimEnd('/')}/sign-in/with/{id}/back";

    /// <summary>Whose redirect URI it is; null for what is none.</summary>
    public static Guid? IdIn(string? callback) => callback?.Split('/') is [.., "sign-in", "with", var id, "back"] && Guid.TryParse(id, out var found) ? found : null;

    private async Task LeaveAsync(HttpContext http, Guid id)
    {
        if (await OpenAsync(http, id) is not { } handler)
        {
            Refuse(http, "provider_gone");
            return;
        }

        var properties = new AuthenticationProperties { RedirectUri = "/" };
        if (http.Request.Query["connect"] == "true")
        {
            if (BrowserSession.IdOf(http.User) is not { } session)
            {
                http.Response.Redirect("/sign-in?returnUrl=%2Faccount");
                return;
            }

            properties.Items[ConnectFor] = session.ToString();
        }

        properties.Items[ReturnTo] = LocalUrl.OrHome(http.Request.Query["returnUrl"]);
        await handler.ChallengeAsync(properties);
    }

    private async Task ReturnAsync(HttpContext http, Guid id)
    {
        if (await OpenAsync(http, id) is not { } handler) Refuse(http, "provider_gone");
        else await handler.HandleRequestAsync();
    }

    private async Task<ProviderHandler?> OpenAsync(HttpContext http, Guid id)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await providers.OpenAsync(id, http.RequestAborted) is not { } open) return null;
        var options = OptionsOf(open);
        var handler = new ProviderHandler(new One<ProviderOptions>(options), loggers, UrlEncoder.Default, clock);
        await handler.InitializeAsync(new AuthenticationScheme($"provider-{id:N}", open.Row.Name, typeof(ProviderHandler)), http);
        return handler;
    }

    private ProviderOptions OptionsOf(OpenProvider open)
    {
        var row = open.Row;
        // A state made for one provider, or before its settings changed hands, opens nowhere else.
        var protector = protection.CreateProtector("AiPortal.SignIn.Provider", row.Id.ToString(), row.ClientId, row.TokenEndpoint);
        var options = new ProviderOptions
        {
            Provider = row,
            ClientId = row.ClientId,
            ClientSecret = open.ClientSecret,
            AuthorizationEndpoint = row.AuthorizationEndpoint,
            TokenEndpoint = row.TokenEndpoint,
            UserInformationEndpoint = row.UserInfoEndpoint,
            CallbackPath = $"/sign-in/with/{row.Id}/back",
            UsePkce = true,
            StateDataFormat = new PropertiesDataFormat(protector),
            DataProtectionProvider = protection,
            Backchannel = channel.For(row.AllowPrivate),
            SignInScheme = BrowserSession.Scheme,
            TimeProvider = clock,
            RemoteAuthenticationTimeout = TimeSpan.FromMinutes(10),
            Events = { OnTicketReceived = EnterAsync, OnRemoteFailure = FailAsync, OnAccessDenied = context => Left(context.HttpContext, "provider_refused", context) },
        };
        foreach (var scope in row.Scopes) options.Scope.Add(scope);
        options.CorrelationCookie.Name = "aiportal.provider.";
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        return options;
    }

    private async Task EnterAsync(TicketReceivedContext ticket)
    {
        var http = ticket.HttpContext;
        ticket.HandleResponse();
        if (ticket.Options is not ProviderOptions { Provider: var provider } || http.Items[typeof(ProviderHandler)] is not JsonElement info)
        {
            Refuse(http, "provider_silent");
            return;
        }

        if (ticket.Properties?.Items.TryGetValue(ConnectFor, out var session) == true)
        {
            await ConnectAsync(http, provider, info, session);
            return;
        }

        var outcome = await signIn.RunAsync(provider, info, http.ClientIp(), http.RequestAborted);
        if (outcome.Refusal is { } refusal)
        {
            Refuse(http, refusal.Code);
            return;
        }

        var to = LocalUrl.OrHome(ticket.Properties?.Items.TryGetValue(ReturnTo, out var asked) == true ? asked : null);
        if (outcome.Value.NeedsCode)
        {
            tickets.Hand(http, outcome.Value);
            http.Response.Redirect("/sign-in?step=code&returnUrl=" + Uri.EscapeDataString(to));
            return;
        }

        http.Response.Redirect(await browser.BeginAsync(http, outcome.Value) == SignInDebt.TwoFactor ? "/account" : to);
    }

    /// <summary>For the session that asked for it alone, as it stands now.</summary>
    private async Task ConnectAsync(HttpContext http, IdentityProvider provider, JsonElement info, string? session)
    {
        if (BrowserSession.IdOf(http.User) is not { } id || id.ToString() != session) Refuse(http, "state_unfit");
        else if (await signIn.ConnectAsync(http.GetActor(), provider, info, http.ClientIp(), http.RequestAborted) is { } refusal) http.Response.Redirect("/account?fault=" + refusal.Code);
        else http.Response.Redirect("/account");
    }

    private Task FailAsync(RemoteFailureContext failure)
    {
        var code = (failure.Failure as ProviderFault ?? failure.Failure?.InnerException as ProviderFault)?.Code ?? failure.Failure switch
        {
            AuthenticationFailureException { Message: var words } when words.Contains("state", StringComparison.OrdinalIgnoreCase) || words.Contains("Correlation", StringComparison.OrdinalIgnoreCase) => "state_unfit",
            _ => "provider_failed",
        };
        loggers.CreateLogger<ProviderDoor>().LogWarning("A sign-in by a provider failed: {Code}.", code);
        return Left(failure.HttpContext, code, failure);
    }

    private static Task Left(HttpContext http, string code, HandleRequestContext<Microsoft.AspNetCore.Authentication.RemoteAuthenticationOptions> context)
    {
        context.HandleResponse();
        Refuse(http, code);
        return Task.CompletedTask;
    }

    private static void Refuse(HttpContext http, string code) => http.Response.Redirect("/sign-in?fault=" + code);

    private sealed class One<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}

/// <summary>Calls to providers: connects only where the guard allows it at that moment, follows no redirect.</summary>
internal sealed class ProviderChannel(UpstreamAddressGuard guard) : IDisposable
{
    private readonly HttpClient _public = Client(guard, allowPrivate: false);
    private readonly HttpClient _private = Client(guard, allowPrivate: true);

    public HttpClient For(bool allowPrivate) => allowPrivate ? _private : _public;

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private static HttpClient Client(UpstreamAddressGuard guard, bool allowPrivate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, token) => guard.ConnectAsync(context.DnsEndPoint, allowPrivate, token),
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 256 * 1024,
        DefaultRequestHeaders = { { "User-Agent", "AiPortal" } },
    };
}

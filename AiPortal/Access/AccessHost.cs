using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace AiPortal.Access;

/// <summary>Sign-in by cookie for people and by bearer token for the API; the sign-in pages.</summary>
internal static class AccessHost
{
    /// <summary>The management API takes bearers only.</summary>
    public const string ApiPolicy = "api";

    /// <summary>A bearer token, or the portal's cookie for people who look.</summary>
    public const string SignedInPolicy = "signed-in";

    private const string EitherScheme = "either";

    public static IServiceCollection AddAccessHost(this IServiceCollection services)
    {
        services.AddAccess();
        services.AddAuthentication(BrowserSession.Scheme)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null)
            .AddCookie(BrowserSession.Scheme, options =>
            {
                options.Cookie.Name = "aiportal.session";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.LoginPath = "/sign-in";
                options.AccessDeniedPath = "/sign-in";
                options.ReturnUrlParameter = "returnUrl";
                options.ExpireTimeSpan = TimeSpan.FromDays(14);
                options.SlidingExpiration = false;
                options.Events.OnValidatePrincipal = BrowserSession.ValidateAsync;
                // The page says where to go next, and only within the site.
                options.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask;
            });
        services.AddAuthentication().AddPolicyScheme(EitherScheme, null, options =>
        {
            options.ForwardDefault = TokenAuthentication.SchemeName;
            options.ForwardDefaultSelector = http => http.Request.Headers.Authorization.Count > 0 ? null : BrowserSession.Scheme;
            options.ForwardChallenge = TokenAuthentication.SchemeName;
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(ApiPolicy, policy => policy.AddAuthenticationSchemes(TokenAuthentication.SchemeName).RequireAuthenticatedUser())
            .AddPolicy(SignedInPolicy, policy => policy.AddAuthenticationSchemes(EitherScheme).RequireAuthenticatedUser());
        services.AddSingleton<SecondStepTicket>();
        services.AddScopedForPortal<BrowserSession>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<CurrentOrganization>();
        services.AddScoped<CircuitAuthentication>();
        services.AddScoped<AuthenticationStateProvider>(provider => provider.GetRequiredService<CircuitAuthentication>());
        services.AddScoped<CircuitRights>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitRights>());
        services.AddSingleton<OpenCircuits>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenCircuits>());
        return services;
    }
}

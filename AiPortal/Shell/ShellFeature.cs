using AiPortal.Core.Data;
using AiPortal.Shell.Environments;
using AiPortal.Ui;
using AiPortal.Ui.Panels;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;

namespace AiPortal.Shell;

/// <summary>The portal's frame: pages, assets, languages, themes.</summary>
public static class ShellFeature
{
    /// <summary>Serves the assets of a build from wherever it is started, squeezed like those of a published portal.</summary>
    public static IWebHostBuilder UseShellAssets(this IWebHostBuilder host) => host
        .UseStaticWebAssets()
        .UseSetting("ReloadStaticAssetsAtRuntime", "false");

    public static IServiceCollection AddShell(this IServiceCollection services)
    {
        services.AddLocalization();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.AddSingleton<ILocalizer, RadzenText>();
        services.AddScoped<SecretsShown>();
        services.AddCascadingAuthenticationState();
        services.AddAuthorization();
        services.AddAntiforgery();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LiveSignals>();
        return services;
    }

    /// <summary>Call before everything else: what fails further in, sign-in included, still ends in a page with a reference.</summary>
    public static WebApplication UseShell(this WebApplication app)
    {
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UsePageHeaders();
        app.UseCircuitOrigin();
        app.UseRequestLocalization(Languages.Options());
        Clocks.Use(app);
        return app;
    }

    /// <summary>Call after authentication: the forms' tokens belong to the person signed in.</summary>
    public static WebApplication MapShell(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets();
        Languages.Map(app);
        Clocks.Map(app);
        EnvironmentChoice.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}

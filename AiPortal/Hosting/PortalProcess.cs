using System.Net.Sockets;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Shell;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AiPortal.Hosting;

/// <summary>One run of the portal: configuration, database, web application, and their end in the right order.</summary>
public sealed class PortalProcess : IAsyncDisposable
{
    private readonly DatabaseStart _database;

    private PortalProcess(WebApplication app, DatabaseStart database) => (App, _database) = (app, database);

    public WebApplication App { get; }

    /// <summary>Builds everything and does the start steps; the caller runs or starts <see cref="App"/>.</summary>
    /// <exception cref="StartFault">The configuration or the environment does not allow a start.</exception>
    public static async Task<PortalProcess> PrepareAsync(string[] args, Action<WebApplicationBuilder>? adjust = null, bool serving = true, CancellationToken token = default)
    {
        var builder = NewBuilder(args);
        // What sees as much as its reader may must not be held by what lives longer: that is found at the start, in Production too.
        builder.Host.UseDefaultServiceProvider(options => (options.ValidateScopes, options.ValidateOnBuild) = (true, true));
        builder.WebHost.UseShellAssets();
        adjust?.Invoke(builder);
        QuietLogs.Apply(builder.Logging);
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls("http://localhost:5080");

        var settings = PortalSettings.Read(builder.Configuration, builder.Environment.IsDevelopment());
        builder.WebHost.ConfigureKestrel(kestrel => ConnectionLimits.Apply(kestrel, settings));
        // Nothing on a call's way blocks a thread, so it need not change threads between socket and application.
        builder.Services.Configure<SocketTransportOptions>(transport => transport.UnsafePreferInlineScheduling = true);
        builder.Services.AddSingleton(settings);
        if (!builder.Services.Any(service => service.ServiceType == typeof(TimeProvider))) builder.Services.AddSingleton(TimeProvider.System);

        using var loggers = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole());
        var clock = (TimeProvider?)builder.Services.FirstOrDefault(service => service.ServiceType == typeof(TimeProvider))?.ImplementationInstance ?? TimeProvider.System;
        var database = await DatabaseStart.RunAsync(settings, clock, loggers.CreateLogger("AiPortal.Database"), joinRunning: !serving, token);
        try
        {
            builder.Services.AddSingleton(database.Database);
            await VaultStart.RunAsync(builder.Services, settings, database.Database, clock, token);
            PortalFeatures.Add(builder.Services);
            var app = builder.Build();
            Trust(app, settings);
            // After it: an endpoint that is reached by the shortest way must know who calls.
            app.UseRouting();
            PortalFeatures.Map(app);
            if (serving) await StartSteps.RunAsync(app.Services, token);
            return new PortalProcess(app, database);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves until the process is told to stop.</summary>
    /// <exception cref="StartFault">It cannot listen where it is told to.</exception>
    public async Task RunAsync()
    {
        try
        {
            await App.StartAsync();
        }
        catch (Exception fault) when (fault is FormatException or SocketException or IOException { InnerException: AddressInUseException })
        {
            throw new StartFault("urls", fault.Message, fault);
        }

        await App.WaitForShutdownAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Everything is served and configured from beside the program, wherever it is started from.</summary>
    internal static WebApplicationBuilder NewBuilder(string[] args) =>
        WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ApplicationName = "AiPortal", ContentRootPath = AppContext.BaseDirectory });

    private static void Trust(WebApplication app, PortalSettings settings)
    {
        if (settings.TrustedProxies.Count == 0) return;
        // From the right, past every proxy that is trusted, to the first address that is not: what a caller wrote himself lies left of it.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
